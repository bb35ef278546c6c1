import type { MediaFigures } from '../../conference/ports.ts';

/** What the graphs show, a value a second. */
export const seriesNames = [
  'endpoints',
  'packetsIn',
  'packetsOut',
  'bitsIn',
  'bitsOut',
  'delayP99Ms',
  'busiestCpu',
  'stress',
  'estimateMedian',
] as const;
export type SeriesName = (typeof seriesNames)[number];
export type Point = Readonly<Record<SeriesName, number>>;

/** Ten minutes. */
const kept = 600;

/** Counters whose growth over the last minute matters. */
export type Counters = {
  readonly receiveDrops: number;
  readonly workersDied: number;
  readonly endpointsWithoutChannel: number;
  readonly transportsFailed: number;
};

/** The last ten minutes of some figures. */
export class History {
  readonly #points: Point[] = [];
  readonly #counters: Counters[] = [];
  #delay: readonly number[] | undefined;

  add(
    point: Omit<Point, 'delayP99Ms'>,
    delay: MediaFigures['forwardingDelay'],
    counters: Counters,
  ): Point {
    const added = { ...point, delayP99Ms: this.#delayP99Ms(delay) };
    this.#points.push(added);
    if (this.#points.length > kept) this.#points.shift();
    this.#counters.push(counters);
    if (this.#counters.length > 61) this.#counters.shift();
    return added;
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  /** Growth since a minute ago. */
  get growth(): Counters {
    const [first] = this.#counters;
    const last = this.#counters.at(-1);
    const grown = (name: keyof Counters) => Math.max(0, (last?.[name] ?? 0) - (first?.[name] ?? 0));
    return {
      receiveDrops: grown('receiveDrops'),
      workersDied: grown('workersDied'),
      endpointsWithoutChannel: grown('endpointsWithoutChannel'),
      transportsFailed: grown('transportsFailed'),
    };
  }

  /** The bound below which 99 of 100 packets of the last second stayed; 0 without packets. */
  #delayP99Ms({ bounds, counts }: MediaFigures['forwardingDelay']): number {
    const before = this.#delay ?? counts;
    this.#delay = counts;
    const grown = counts.map((count, bucket) => count - (before[bucket] ?? 0));
    const total = grown.reduce((sum, count) => sum + count, 0);
    let below = 0;
    for (const [bucket, count] of grown.entries()) {
      below += count;
      if (below >= total * 0.99 && total > 0) {
        return (bounds[bucket] ?? (bounds.at(-1) ?? 0) * 2) * 1000;
      }
    }
    return 0;
  }
}
