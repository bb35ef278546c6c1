import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A key and a certificate for localhost in the forms operators have, made with openssl.
 * @param folder where the files go
 */
export function makeKeyStores(folder: string) {
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  );
  const exporting = ['pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem'];
  openssl(...exporting, '-passout', 'pass:changeit', '-out', 'store.p12');
  const file = (name: string) => join(folder, name);
  return { p12: file('store.p12'), cert: readFileSync(file('cert.pem')), key: file('key.pem') };
}
