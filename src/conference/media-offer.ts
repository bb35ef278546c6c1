import type { MediaDescription } from '../model/media-description.ts';

/** Names of the payload types offered, in lower case; `rtx` among them: the receiver's estimate can be trusted (allocation.md §1.8). */
export function codecsOf(offer: readonly MediaDescription[]): ReadonlySet<string> {
  return new Set(
    offer.flatMap(({ payloadTypes }) => payloadTypes.map(({ name }) => name.toLowerCase())),
  );
}

/** An offer and what was added to it: the same number replaces (colibri2.md §3.5 step 4). */
export function withAdded(
  offer: readonly MediaDescription[],
  added: readonly MediaDescription[],
): readonly MediaDescription[] {
  return added.reduce((known, media) => {
    const former = known.find(({ kind }) => kind === media.kind);
    return former ? withNegotiated(known, [merged(former, media)]) : [...known, media];
  }, offer);
}

/** An offer with the kinds of `negotiated` put in the place of what it had. */
export function withNegotiated(
  offer: readonly MediaDescription[],
  negotiated: readonly MediaDescription[],
): readonly MediaDescription[] {
  const kinds = new Map(negotiated.map((media) => [media.kind, media]));
  const kept = offer.map((media) => kinds.get(media.kind) ?? media);
  return [...kept, ...negotiated.filter(({ kind }) => !offer.some((media) => media.kind === kind))];
}

/** Both come from the same decoder, so that the fields of equal values stand in the same order. */
export function sameOffer(a: readonly MediaDescription[], b: readonly MediaDescription[]): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

function merged(former: MediaDescription, media: MediaDescription): MediaDescription {
  return {
    kind: media.kind,
    payloadTypes: byId(former.payloadTypes, media.payloadTypes),
    headerExtensions: byId(former.headerExtensions, media.headerExtensions),
    extmapAllowMixed: former.extmapAllowMixed || media.extmapAllowMixed,
  };
}

function byId<T extends { readonly id: number }>(former: readonly T[], added: readonly T[]): T[] {
  const all = new Map(former.map((item) => [item.id, item]));
  for (const item of added) all.set(item.id, item);
  return [...all.values()];
}
