/** Whose limit on the number of video sources it is. */
export type LastNOrigin = 'receiver' | 'bridge' | 'load' | 'conference-size' | 'ssrc-limit';

/** Negative = not set. */
export type LastNLimits = Readonly<Record<LastNOrigin, number>>;

/** The smallest limit that is set, and whose it is; undefined = none is. */
export function lastNInForce(
  limits: LastNLimits,
): { readonly lastN: number; readonly setBy: LastNOrigin } | undefined {
  let inForce: { lastN: number; setBy: LastNOrigin } | undefined;
  for (const [setBy, lastN] of Object.entries(limits) as [LastNOrigin, number][]) {
    if (lastN >= 0 && (!inForce || lastN < inForce.lastN)) inForce = { lastN, setBy };
  }
  return inForce;
}

/** The entry with the greatest size not above this one; negative = none. */
export function conferenceSizeLimit(limits: ReadonlyMap<number, number>, size: number): number {
  let best = { size: -1, lastN: -1 };
  for (const [from, lastN] of limits) {
    if (from <= size && from > best.size) best = { size: from, lastN };
  }
  return best.lastN;
}
