// A worker that negotiates certain ciphers and tells its secrets, without a switch in the product: see dtls-shim.c.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atTheEnd } from '../at-the-end.ts';

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
  const library = join(folder, 'dtls-shim.so');
  const keys = join(folder, 'keys');
  const path = join(folder, 'worker');
  const source = fileURLToPath(new URL('dtls-shim.c', import.meta.url));
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl']);
  const environment = [
    `LD_PRELOAD=${library}`,
    `TRESTLE_SHIM_CIPHERS=${ciphers}`,
    `TRESTLE_SHIM_KEYS=${keys}`,
    // The sanitizer's runtime wants to come first; it need not.
    'ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0',
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
