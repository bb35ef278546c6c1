import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../demo/launcher/package-root.ts';

export type NativeFigure = {
  readonly name: string;
  readonly packetBytes: number;
  /** CPU time. */
  readonly usPerPacket: number;
};

/** What `native-bench` prints: what this machine's kernel and crypto do at best. */
export type NativeLimits = {
  readonly machine: { readonly cpu: string; readonly kernel: string; readonly cores: number };
  readonly srtp: readonly NativeFigure[];
  readonly sendAudio: readonly NativeFigure[];
  readonly sendVideo: readonly NativeFigure[];
  readonly receive: readonly NativeFigure[];
};

/**
 * Compiles native-bench/ where that has not been done, and runs it.
 * @throws Error when there is no compiler (Debian: cmake, ninja-build, g++, libssl-dev, libsrtp2-dev)
 */
export function measureNativeLimits(secondsPerCase: number): NativeLimits {
  const source = fileURLToPath(new URL('native-bench', packageRoot(import.meta.url)));
  const build = `${source}/build`;
  execFileSync('cmake', ['-G', 'Ninja', '-S', source, '-B', build], { stdio: 'ignore' });
  execFileSync('ninja', ['-C', build, 'native-bench'], { stdio: 'ignore' });
  const output = execFileSync(`${build}/native-bench`, [String(secondsPerCase)], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as NativeLimits;
}
