import type { HeaderExtension, PayloadType } from '../../model/media-description.ts';

/** One-byte headers only: what is outside is dropped, as JVB does (colibri1.md §1.11). */
const maxExtensionId = 14;

export function acceptableExtension(
  id: number | undefined,
  uri: string | undefined,
): HeaderExtension | undefined {
  if (id === undefined || id < 1 || id > maxExtensionId) return undefined;
  return uri === undefined || uri.trim() === '' ? undefined : { id, uri };
}

/** Opus always has two channels in SDP (RFC 7587 §7); an `rtx` that names nothing to repeat is left out. */
export function acceptablePayloadType(payloadType: PayloadType): PayloadType | undefined {
  const name = payloadType.name.toLowerCase();
  if (name === 'rtx' && !/^\d{1,3}$/.test(payloadType.parameters['apt'] ?? '')) return undefined;
  return name === 'opus' ? { ...payloadType, channels: 2 } : payloadType;
}
