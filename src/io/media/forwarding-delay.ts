import type { types } from 'mediasoup';

/** As worker/include/ForwardingDelay.hpp has them, in seconds. */
const bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01] as const;

const COUNTER_BITS = 26;
const COUNTERS = 2 ** COUNTER_BITS;
const SUMS = 2 ** (2 * COUNTER_BITS);

type Reading = { readonly counts: readonly number[]; readonly sumUs: number };

/** How long packets stayed in the workers, seconds; the last count is of those beyond the last bound. */
export type ForwardingDelayFigures = {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
};

/** Adds up the delays of all workers; the counters of a worker wrap, so differences count. */
export class ForwardingDelay {
  readonly #counts = Array.from({ length: bounds.length + 1 }, () => 0);
  #sumUs = 0;

  /** @returns the reading to be given as `before` the next time */
  add(usage: types.WorkerResourceUsage, before: Reading | undefined): Reading {
    const now = readingOf(usage);
    now.counts.forEach((count, bucket) => {
      const grown = wrapped(count - (before?.counts[bucket] ?? 0), COUNTERS);
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + grown;
    });
    this.#sumUs += wrapped(now.sumUs - (before?.sumUs ?? 0), SUMS);
    return now;
  }

  figures(): ForwardingDelayFigures {
    return { bounds, counts: [...this.#counts], sum: this.#sumUs / 1e6 };
  }
}

export type ForwardingDelayReading = Reading;

/** Patch forwarding-delay: fields of the resource usage that Linux never fills hold two counters each. */
function readingOf(usage: types.WorkerResourceUsage): Reading {
  const pairs = [usage.ru_ixrss, usage.ru_idrss, usage.ru_isrss, usage.ru_nswap];
  return {
    counts: pairs.flatMap((pair) => [Math.floor(pair / COUNTERS), pair % COUNTERS]),
    sumUs: usage.ru_nsignals,
  };
}

function wrapped(difference: number, range: number): number {
  return difference < 0 ? difference + range : difference;
}
