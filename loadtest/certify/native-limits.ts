import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../demo/launcher/package-root.ts';

const source = fileURLToPath(new URL('native-bench', packageRoot(import.meta.url)));
const build = `${source}/build`;

/** Where `buildNative` puts the peers of the forwarding bench. */
export const peersProgram = `${build}/bench-peers`;

type NativeFigure = {
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
 * Compiles native-bench/ where that has not been done yet.
 * @throws Error when there is no compiler, or what it needs
 */
export function buildNative(): void {
  const steps = [
    ['cmake', '-G', 'Ninja', '-S', source, '-B', build],
    ['ninja', '-C', build],
  ];
  // Two of us would write the same files (flock(1) of util-linux, which every Linux has).
  for (const step of steps) execFileSync('flock', [source, ...step], { stdio: 'ignore' });
}

/** What this machine can do now; `buildNative` came before. */
export function measureNative(secondsPerCase: number): NativeLimits {
  const program = `${build}/native-bench`;
  return JSON.parse(
    execFileSync(program, [String(secondsPerCase)], { encoding: 'utf8' }),
  ) as NativeLimits;
}

/** CPU µs per packet of one way to send plus AEAD_AES_128_GCM, the floor of a bridge that sends so. */
export function nativeFloor(limits: NativeLimits, send: 'sendto' | 'gso 4'): number {
  const list = send === 'sendto' ? limits.sendAudio : limits.sendVideo;
  const sending = list.find(({ name }) => name === send);
  const protecting = limits.srtp.find(
    ({ name, packetBytes }) =>
      name === 'srtp aead-aes-128-gcm' && packetBytes === sending?.packetBytes,
  );
  if (!sending || !protecting) throw new Error(`native-bench has no figure for ${send}`);
  return sending.usPerPacket + protecting.usPerPacket;
}
