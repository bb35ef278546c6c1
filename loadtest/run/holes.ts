import { GAP_US } from '../media/audio-gaps.ts';
import { FREEZE_US } from '../media/frame-watch.ts';
import type { Buckets } from '../media/histogram.ts';
import { between, type Snapshot, sumSnapshots } from '../media/measurements.ts';
import { countAbove } from './kind-figures.ts';
import type { Observation } from './observation.ts';
import { percentiles } from './percentiles.ts';

export type HoleCount = { readonly audioGaps: number; readonly freezes: number };

type Second = {
  /** The generator's worst stop, which makes holes of that length in what it sends and in what it sees. */
  readonly ownUs: number;
  readonly all: Found;
  readonly byWay: ReadonlyMap<string, Found>;
};

type Found = { readonly audioGap: Buckets; readonly freeze: Buckets };

/** Gaps and freezes that the generator did not make itself: longer than what it stood still in about that second. */
export class Holes {
  readonly #seconds: Second[] = [];
  #last: Observation;

  constructor(first: Observation) {
    this.#last = first;
  }

  /** To be told what is seen once a second. */
  add(now: Observation): void {
    const { durations } = between(this.#last.snapshot, now.snapshot);
    const worst = [durations.lateness, durations.stall, durations.ownDelay].map(
      (buckets) => percentiles(buckets)?.max ?? 0,
    );
    const { ways } = this.#last;
    this.#seconds.push({
      ownUs: Math.max(...worst) * 1000,
      all: durations,
      byWay: new Map(
        Object.entries(now.ways).map(([way, snapshot]) => [
          way,
          between(ways[way] ?? nothing, snapshot).durations,
        ]),
      ),
    });
    this.#last = now;
  }

  /** @param way from one group of clients to another; left out = all */
  count(way?: string): HoleCount {
    const counted = { audioGaps: 0, freezes: 0 };
    this.#seconds.forEach((second, at) => {
      const found = way === undefined ? second.all : second.byWay.get(way);
      if (!found) return;
      // The end of a stop and of the hole it made may be seen in two of them.
      const near = this.#seconds.slice(Math.max(0, at - 1), at + 2);
      const ownUs = Math.max(...near.map((each) => each.ownUs));
      counted.audioGaps += countAbove(found.audioGap, GAP_US + ownUs);
      counted.freezes += countAbove(found.freeze, FREEZE_US + ownUs);
    });
    return counted;
  }
}

const nothing: Snapshot = sumSnapshots([]);
