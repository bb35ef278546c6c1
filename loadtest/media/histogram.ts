/** Bucket number → how many; what travels between processes and into reports. */
export type Buckets = Readonly<Record<string, number>>;

const PRECISION_BITS = 6;
const STEPS = 1 << PRECISION_BITS;

/** Counts durations in µs (0 to 2³² − 1) with a relative error below 1/64, in as many buckets as occur. */
export class Histogram {
  readonly #counts = new Map<number, number>();
  #total = 0;

  record(us: number): void {
    const bucket = bucketOf(us);
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1);
    this.#total += 1;
  }

  get count(): number {
    return this.#total;
  }

  add(buckets: Buckets): this {
    for (const [bucket, count] of Object.entries(buckets)) this.#change(Number(bucket), count);
    return this;
  }

  /** Takes away what an earlier snapshot of the same histogram had. */
  subtract(buckets: Buckets): this {
    for (const [bucket, count] of Object.entries(buckets)) this.#change(Number(bucket), -count);
    return this;
  }

  /** The value in µs that a share of all values does not exceed; undefined when there are none. */
  quantile(share: number): number | undefined {
    let left = Math.max(1, Math.ceil(share * this.#total));
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0 && count > 0) return middleOf(bucket);
    }
    return undefined;
  }

  /** How many values are above this one. */
  countAbove(us: number): number {
    const limit = bucketOf(us);
    return [...this.#counts].reduce(
      (sum, [bucket, count]) => sum + (bucket > limit ? count : 0),
      0,
    );
  }

  buckets(): Buckets {
    return Object.fromEntries([...this.#counts].filter(([, count]) => count > 0));
  }

  #change(bucket: number, by: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + by);
    this.#total += by;
  }
}

function bucketOf(us: number): number {
  const value = Math.min(Math.max(Math.round(us), 0), 0xffff_ffff);
  const shift = Math.max(0, 31 - Math.clz32(value) - PRECISION_BITS);
  return shift * STEPS + Math.floor(value / 2 ** shift);
}

function middleOf(bucket: number): number {
  const shift = Math.max(0, Math.floor(bucket / STEPS) - 1);
  return (bucket - shift * STEPS) * 2 ** shift + (2 ** shift - 1) / 2;
}
