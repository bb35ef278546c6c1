import type { MediaDescription } from '../model/media-description.ts';

/** Names of the payload types offered, in lower case; `rtx` among them: the receiver's estimate can be trusted (allocation.md §1.8). */
export function codecsOf(offer: readonly MediaDescription[]): ReadonlySet<string> {
  return new Set(
    offer.flatMap(({ payloadTypes }) => payloadTypes.map(({ name }) => name.toLowerCase())),
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
