import { type Buckets, Histogram } from '../media/histogram.ts';
import type { Counts } from '../media/measurements.ts';
import type { KindFigures, Percentiles } from '../report/report.ts';
import { round } from './percentiles.ts';

/** What came of one kind, and how. */
export function arrivals(
  kind: 'audio' | 'video',
  counts: Counts,
  seconds: number,
  delayMs: Percentiles | undefined,
): Omit<KindFigures, 'sentPerSecond'> {
  const [delivered, lost, repaired] = [
    counts[`${kind}Delivered`],
    counts[`${kind}Lost`] + (kind === 'audio' ? counts.speechLeftOut : 0),
    counts[`${kind}Repaired`],
  ];
  const due = Math.max(1, delivered + lost);
  return {
    deliveredPerSecond: round(delivered / seconds, 1),
    lossPercent: round((100 * lost) / due),
    repairedPercent: round((100 * repaired) / due),
    delayMs,
  };
}

export function countAbove(buckets: Buckets, us: number): number {
  return new Histogram().add(buckets).countAbove(us);
}
