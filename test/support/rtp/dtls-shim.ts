// A worker that negotiates certain ciphers and tells its secrets, without a switch in the product: see dtls-shim.c.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atTheEnd } from '../at-the-end.ts';
import { compilePreload, preloadedSanitizerOptions } from './preload.ts';

export type ShimmedWorker = {
  /** Of a program that starts it. */
  readonly path: string;
  /** Master secrets of its DTLS connections, by the client's random in hex. */
  masterSecrets(): ReadonlyMap<string, Buffer>;
};

/**
 * Until the end of the test.
 *
 * @param ciphers OpenSSL's cipher list
 */
export function workerWithCiphers(workerBin: string, ciphers: string): ShimmedWorker {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-dtls-'));
  atTheEnd(() => rmSync(folder, { recursive: true }));
  const keys = join(folder, 'keys');
  const path = join(folder, 'worker');
  const environment = [
    `LD_PRELOAD=${compilePreload('dtls-shim', folder)}`,
    `TRESTLE_SHIM_CIPHERS=${ciphers}`,
    `TRESTLE_SHIM_KEYS=${keys}`,
    `ASAN_OPTIONS=${preloadedSanitizerOptions}`,
  ];
  writeFileSync(path, `#!/bin/sh\n${environment.join(' ')} exec ${workerBin} "$@"\n`);
  chmodSync(path, 0o755);
  return {
    path,
    masterSecrets: () => {
      const lines = readFileSync(keys, 'latin1').trim().split('\n');
      return new Map(
        lines.map((line) => {
          const [, random = '', secret = ''] = line.split(' ');
          return [random.toLowerCase(), Buffer.from(secret, 'hex')];
        }),
      );
    },
  };
}
