import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type Certificate = { readonly cert: string; readonly key: string };

const validDays = 30;

/**
 * Makes a certificate for an address and signs it with itself: browsers give a camera only to HTTPS pages, and
 * ask once whether to trust this one. The key lives as long as the process.
 * @throws Error when the program `openssl` is missing or fails
 */
export async function selfSignedCertificate(host: string): Promise<Certificate> {
  const folder = await mkdtemp(join(tmpdir(), 'trestle-demo-'));
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  try {
    await promisify(execFile)('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-keyout', key, '-out', cert, '-days', String(validDays)],
      ...['-subj', '/CN=Trestle demo', '-addext', `subjectAltName=IP:${host}`],
      ...['-addext', 'extendedKeyUsage=serverAuth'],
    ]);
    return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}
