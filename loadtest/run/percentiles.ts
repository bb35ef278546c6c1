import { type Buckets, Histogram } from '../media/histogram.ts';
import type { Percentiles } from '../report/report.ts';

/** @param buckets durations in µs */
export function percentiles(buckets: Buckets): Percentiles | undefined {
  const histogram = new Histogram().add(buckets);
  const ms = (share: number) => round((histogram.quantile(share) ?? 0) / 1000);
  if (histogram.count === 0) return undefined;
  return {
    count: histogram.count,
    p50: ms(0.5),
    p95: ms(0.95),
    p99: ms(0.99),
    p999: ms(0.999),
    max: ms(1),
  };
}

/** @param durations in µs */
export function percentilesOf(durations: readonly number[]): Percentiles | undefined {
  const histogram = new Histogram();
  for (const us of durations) histogram.record(us);
  return percentiles(histogram.buckets());
}

/** To three digits behind the point: figures are for people. */
export function round(value: number, digits = 3): number {
  return Number(value.toFixed(digits));
}
