import type { MediaDescription } from '../../model/media-description.ts';

/** `next`, with the former objects for what says the same: who holds one sees by its identity whether it changed. */
export function keepingSame(
  next: readonly MediaDescription[],
  former: readonly MediaDescription[],
): readonly MediaDescription[] {
  return next.map(
    (media) => former.find((known) => JSON.stringify(known) === JSON.stringify(media)) ?? media,
  );
}
