import type { MediaDescription } from '../model/media-description.ts';

/** Whether retransmission was offered, in which case the receiver's estimate can be trusted (allocation.md §1.8). */
export function offersRetransmission(offer: readonly MediaDescription[]): boolean {
  return offer.some(({ payloadTypes }) =>
    payloadTypes.some(({ name }) => name.toLowerCase() === 'rtx'),
  );
}

/** Whether an offer says nothing but what an earlier one said already. */
export function isCoveredBy(
  offer: readonly MediaDescription[],
  earlier: readonly MediaDescription[],
): boolean {
  return offer.every((media) => {
    const known = earlier.filter(({ kind }) => kind === media.kind);
    const knownTypes = new Set(known.flatMap(({ payloadTypes }) => payloadTypes.map(keyOf)));
    const knownExtensions = new Set(
      known.flatMap(({ headerExtensions }) => headerExtensions.map(keyOf)),
    );
    return (
      media.payloadTypes.every((type) => knownTypes.has(keyOf(type))) &&
      media.headerExtensions.every((extension) => knownExtensions.has(keyOf(extension)))
    );
  });
}

/** The same text for equal values; both come from the same decoder, so their fields stand in the same order. */
function keyOf(value: object): string {
  return JSON.stringify(value);
}
