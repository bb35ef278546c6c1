/** Upper bounds of JVB's buckets, ms. */
const bounds = [5, 50, 100, 1000] as const;
const names = ['0_to_5_ms', '5_to_50_ms', '50_to_100_ms', '100_to_1000_ms', '1000_to_max_ms'];

/** Which request counts as what. */
const kinds: Readonly<Record<string, string>> = {
  'conference-modify': 'colibri',
  healthcheck: 'health',
  query: 'version',
};

/** How long requests over XMPP took to be answered, for `/debug/stats/jvb/xmpp-delay-stats` (operations.md §4.7). */
export class RequestDelays {
  readonly #delays = new Map(['colibri', 'health', 'version'].map((kind) => [kind, new Delays()]));

  /** @param name the request's element */
  record(name: string, delayMs: number): void {
    this.#delays.get(kinds[name] ?? '')?.add(Math.round(delayMs));
  }

  describe(): unknown {
    const described = Object.fromEntries(
      [...this.#delays].map(([kind, delays]) => [kind, delays.describe()]),
    );
    // JVB tells apart the wait in its queue; here requests wait for their meeting only, which counts as work.
    return { ...described, colibri_processing: described['colibri'] };
  }
}

class Delays {
  readonly #counts = names.map(() => 0);
  #count = 0;
  #sum = 0;
  #min = Infinity;
  #max = 0;

  add(delayMs: number): void {
    const place = bounds.findIndex((bound) => delayMs <= bound);
    const bucket = place === -1 ? bounds.length : place;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sum += delayMs;
    this.#min = Math.min(this.#min, delayMs);
    this.#max = Math.max(this.#max, delayMs);
  }

  describe() {
    return {
      average_delay_ms: this.#count === 0 ? 0 : this.#sum / this.#count,
      max_delay_ms: this.#max,
      min_delay_ms: this.#count === 0 ? 0 : this.#min,
      total_value: this.#sum,
      total_count: this.#count,
      discarded: 0,
      buckets: {
        ...Object.fromEntries(names.map((name, place) => [name, this.#counts[place] ?? 0])),
        p99_upper_bound: this.#upperBound(0.99),
        p999_upper_bound: this.#upperBound(0.999),
      },
    };
  }

  /** The bound below which this fraction lies; -1 with too few to say, or beyond the last bound. */
  #upperBound(fraction: number): number {
    if (this.#count * (1 - fraction) < 1) return -1;
    let below = 0;
    for (const [place, bound] of bounds.entries()) {
      below += this.#counts[place] ?? 0;
      if (below >= fraction * this.#count) return bound;
    }
    return -1;
  }
}
