/** A distribution: how many values lie at or below each bound and above the one before. */
export type Histogram = {
  /** Ascending; a last bucket beyond them is implied. */
  readonly bounds: readonly number[];
  /** One more than there are bounds; not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
};

/** Sorts values into buckets. */
export function histogramOf(bounds: readonly number[], values: readonly number[]): Histogram {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  let sum = 0;
  for (const value of values) {
    const place = bounds.findIndex((bound) => value <= bound);
    const bucket = place === -1 ? bounds.length : place;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    sum += value;
  }
  return { bounds, counts, sum };
}

export type CumulativeBucket = { readonly le: string; readonly count: number };

/** Buckets as Prometheus has them, each with all below it; `le` is written as a float, which rules match literally. */
export function cumulativeBuckets({ bounds, counts }: Histogram): readonly CumulativeBucket[] {
  let total = 0;
  return counts.map((count, place) => {
    total += count;
    const bound = bounds[place];
    return { le: bound === undefined ? '+Inf' : floatText(bound), count: total };
  });
}

/** `5` → `5.0`, as OpenMetrics and Java write floats. */
function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e15 ? `${value}.0` : String(value);
}
