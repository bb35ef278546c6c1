import type { MediaDescription } from '../../src/model/media-description.ts';

/** The payload type of a codec in what was offered, and that of its retransmissions (RFC 4588 `apt`). */
export function payloadTypesOf(
  media: readonly MediaDescription[],
  codec: string,
): { readonly media: number; readonly rtx: number } {
  const all = media.flatMap(({ payloadTypes }) => payloadTypes);
  const found = all.find(({ name }) => name.toLowerCase() === codec.toLowerCase());
  if (!found) throw new Error(`the offer has no payload type for ${codec}`);
  const rtx = all.find(
    ({ name, parameters }) => name === 'rtx' && parameters['apt'] === String(found.id),
  );
  return { media: found.id, rtx: rtx?.id ?? 0 };
}

/** Payload types by what a receiver does with them. */
export function receivingTable(
  media: readonly MediaDescription[],
): ReadonlyMap<number, 'audio' | 'video' | 'rtx'> {
  return new Map(
    media.flatMap(({ kind, payloadTypes }) =>
      payloadTypes.map(({ id, name }) => [id, name === 'rtx' ? ('rtx' as const) : kind] as const),
    ),
  );
}
