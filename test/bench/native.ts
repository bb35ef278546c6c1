import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../native-bench', import.meta.url));
const build = `${source}/build`;

/** Where `build` puts the programs of native-bench/. */
export const peersProgram = `${build}/bench-peers`;

export type NativeFigure = {
  readonly name: string;
  readonly packetBytes: number;
  readonly usPerPacket: number;
};

export type NativeFigures = {
  readonly machine: { readonly cpu: string; readonly kernel: string; readonly cores: number };
  readonly srtp: readonly NativeFigure[];
  readonly sendAudio: readonly NativeFigure[];
  readonly sendVideo: readonly NativeFigure[];
};

/** Compiles native-bench/ where that has not been done yet. */
export function buildNative(): void {
  execFileSync('cmake', ['-G', 'Ninja', '-S', source, '-B', build], { stdio: 'ignore' });
  execFileSync('ninja', ['-C', build], { stdio: 'ignore' });
}

/** What this machine's kernel and crypto do at best, now. */
export function measureNative(secondsPerCase: number): NativeFigures {
  const output = execFileSync(`${build}/native-bench`, [String(secondsPerCase)], {
    encoding: 'utf8',
  });
  return JSON.parse(output) as NativeFigures;
}

/** CPU µs per packet of one way to send plus AEAD_AES_128_GCM, the floor of a bridge that sends so. */
export function nativeFloor(figures: NativeFigures, send: 'sendto' | 'gso 4'): number {
  const list = send === 'sendto' ? figures.sendAudio : figures.sendVideo;
  const sending = list.find(({ name }) => name === send);
  const protecting = figures.srtp.find(
    ({ name, packetBytes }) =>
      name === 'srtp aead-aes-128-gcm' && packetBytes === sending?.packetBytes,
  );
  if (!sending || !protecting) throw new Error(`native-bench has no figure for ${send}`);
  return sending.usPerPacket + protecting.usPerPacket;
}
