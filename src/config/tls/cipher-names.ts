import { getCiphers } from 'node:tls';

const known = new Set(getCiphers().map((name) => name.toUpperCase()));

/**
 * The name OpenSSL has for a cipher suite of the IANA registry; undefined if it has none.
 * @param name for example TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
 */
export function opensslCipher(name: string): string | undefined {
  const upper = name.trim().toUpperCase();
  const candidates = [
    upper,
    upper
      .replace(/^TLS_/, '')
      .replace('_WITH_', '_')
      .replace(/AES_(128|256)/, 'AES$1')
      .replace(/CHACHA20_POLY1305_SHA256$/, 'CHACHA20_POLY1305')
      .replace(/_CBC_/, '_')
      .replace(/^RSA_/, '')
      .replaceAll('_', '-'),
  ];
  return candidates.find((candidate) => known.has(candidate));
}
