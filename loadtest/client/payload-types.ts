import type { MediaDescription, PayloadType } from '../../src/model/media-description.ts';

/** A codec in what was offered. */
export function payloadTypeOf(
  media: readonly MediaDescription[],
  codec: string,
): PayloadType | undefined {
  return all(media).find(({ name }) => name.toLowerCase() === codec.toLowerCase());
}

/** The payload type of a codec that was offered, and that of its retransmissions (RFC 4588 `apt`). */
export function payloadTypesOf(
  media: readonly MediaDescription[],
  codec: string,
): { readonly media: number; readonly rtx: number } {
  const found = payloadTypeOf(media, codec);
  if (!found) throw new Error(`the offer has no payload type for ${codec}`);
  const rtx = all(media).find(
    ({ name, parameters }) => name === 'rtx' && parameters['apt'] === String(found.id),
  );
  return { media: found.id, rtx: rtx?.id ?? 0 };
}

function all(media: readonly MediaDescription[]): readonly PayloadType[] {
  return media.flatMap(({ payloadTypes }) => payloadTypes);
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
