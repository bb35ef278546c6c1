import type { DtlsSetup, Fingerprint } from '../../model/transport.ts';

const hashName = /^[a-z0-9-]{1,20}$/;
/** At most SHA-512: 64 pairs. */
const hexPairs = /^[0-9A-F]{2}(?::[0-9A-F]{2}){0,63}$/;
const setups: readonly DtlsSetup[] = ['actpass', 'active', 'passive'];

/** A fingerprint as it is written, before it is checked. */
export type WrittenFingerprint = {
  readonly hash: string | undefined;
  readonly setup: string | undefined;
  readonly value: string;
};

/**
 * Reads a `<fingerprint>` (XEP-0320). One that is malformed is undefined: without it the handshake fails, for this
 * client alone. `setup` that is absent or unknown states no role, which `actpass` means, too.
 */
export function decodeFingerprint(written: WrittenFingerprint): Fingerprint | undefined {
  const hash = written.hash?.toLowerCase() ?? '';
  const value = written.value.trim().toUpperCase();
  if (!hashName.test(hash) || !hexPairs.test(value)) return undefined;
  return { hash, value, setup: setups.find((setup) => setup === written.setup) ?? 'actpass' };
}
