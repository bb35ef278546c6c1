import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { opensslCipher } from '../../../../src/config/tls/cipher-names.ts';
import { readKeyStore } from '../../../../src/config/tls/key-store.ts';
import { settings } from '../../../../src/config/settings/settings.ts';
import { makeKeyStores } from '../../../support/tls/key-stores.ts';
import { told } from '../load-text.ts';

let folder = '';
let p12: Buffer;
let pem: Buffer;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trestle-tls-'));
  const stores = makeKeyStores(folder);
  p12 = readFileSync(stores.p12);
  pem = Buffer.concat([readFileSync(stores.key), stores.cert]);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('key stores', () => {
  test('PKCS#12 is read with its password, whatever its name', () => {
    expect(readKeyStore('/a.jks', p12, 'changeit')).toMatchObject({ ok: true });
  });

  test('PEM with key and certificate is read', () => {
    expect(readKeyStore('/a.pem', pem, undefined)).toMatchObject({ ok: true });
  });

  test('one of JDK 8 is answered with the conversion', () => {
    const read = readKeyStore('/a.jks', Buffer.from('feedfeed00000002', 'hex'), 'changeit');
    expect(read).toMatchObject({
      ok: false,
      error: {
        kind: 'old',
        message: expect.stringContaining(
          'keytool -importkeystore -srckeystore /a.jks -destkeystore /a.jks.p12',
        ) as string,
      },
    });
  });

  test.each([
    ['a wrong password', () => p12, 'other', /password in key-store-password/],
    ['something else', () => Buffer.from('no key store at all'), 'x', /is neither a key store/],
    ['an empty file', () => Buffer.alloc(0), 'x', /is neither a key store/],
  ])('%s is the operator’s to mend', (_name, bytes, password, said) => {
    const read = readKeyStore('/a', bytes(), password);
    expect(read.ok ? read : read.error).toMatchObject({
      kind: 'broken',
      message: expect.stringMatching(said) as string,
    });
  });
});

const server = (more: string) =>
  loadConfig({
    argv: ['--config', '/jvb.conf'],
    env: {},
    readFile: (path) =>
      path === '/jvb.conf'
        ? `videobridge { apis.rest.enabled = true, http-servers.private { key-store-path = /k, ${more} } }`
        : undefined,
    readBytes: (path) => (path === '/k' ? p12 : undefined),
  });

test('a key store makes a server speak TLS on its other port, with versions and suites in Node’s terms', () => {
  const result = server(
    'tls-port = 9443, key-store-password = changeit, need-client-auth = true, tls-protocols = ["TLSv1.3"], tls-cipher-suites = [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_NEVER_HEARD]',
  );
  if (!result.ok) throw result.error;
  expect(result.value.config.http.private).toMatchObject({
    port: 9443,
    tls: {
      needClientAuth: true,
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers: ['ECDHE-RSA-AES128-GCM-SHA256'],
    },
  });
  expect(told(result.value.warnings)).toEqual([
    'warn unsupported videobridge.http-servers.private.tls-cipher-suites',
  ]);
});

test.each([
  ['a wrong password', 'key-store-password = no', /\/k cannot be opened with the password/],
  [
    'versions nobody knows',
    'key-store-password = changeit, tls-protocols = [SSLv2]',
    /tls-protocols: expected/,
  ],
  ['a file that is not there', 'key-store-path = /gone', /\/gone does not exist/],
])('%s is fatal', (_name, more, said) => {
  const result = server(more);
  expect(result.ok ? '' : result.error.message).toMatch(said);
});

test('every suite of the JVB’s default has a name here', () => {
  const suites = settings['videobridge.http-servers.public.tls-cipher-suites'].default;
  expect((suites as string[]).filter((suite) => opensslCipher(suite) === undefined)).toEqual([]);
});
