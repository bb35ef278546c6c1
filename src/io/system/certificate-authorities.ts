import { readFileSync } from 'node:fs';

/**
 * The authorities the operating system trusts, PEM; undefined where there is no such bundle. Debian's Jitsi
 * packages put the XMPP server's self-signed certificate there, and Node by itself never looks.
 */
export function systemAuthorities(): string | undefined {
  try {
    return readFileSync('/etc/ssl/certs/ca-certificates.crt', 'latin1');
  } catch {
    return undefined;
  }
}
