import type { BridgeSnapshot } from './bridge-snapshot.ts';
import type { Histogram } from './histogram.ts';

/** Undefined = there is no value now, so the figure is left out rather than shown as 0. */
export type MetricValue = number | boolean | string | undefined;

type Described = {
  readonly help: string;
  /** Prometheus prefix: `jitsi_jvb_` for what JVB has, `trestle_` for what it has not. */
  readonly origin: 'jvb' | 'trestle';
};

/**
 * One figure the bridge publishes. JVB's key in `/colibri/stats` and presence, JVB's name in Prometheus, or
 * both, as operations.md §3.5 and §5.2 list them; `trestle` marks those of our own.
 */
export type ScalarMetric = Described & {
  readonly shape: 'scalar';
  readonly type: 'gauge' | 'counter';
  /** Key in JSON and presence. */
  readonly key?: string;
  /** Prometheus name without prefix; counters without `_total`. */
  readonly name?: string;
  readonly read: (snapshot: BridgeSnapshot) => MetricValue;
  /** Where JSON has another unit than Prometheus (kbit/s against bit/s). */
  readonly readJson?: (snapshot: BridgeSnapshot) => MetricValue;
};

/** Labels and a value. */
export type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

/** One figure for each of several things, in Prometheus only. */
export type SeriesMetric = Described & {
  readonly shape: 'series';
  readonly type: 'gauge' | 'counter' | 'info';
  readonly name: string;
  readonly read: (snapshot: BridgeSnapshot) => readonly Sample[];
};

export type HistogramMetric = Described & {
  readonly shape: 'histogram';
  readonly type: 'histogram';
  readonly name: string;
  readonly read: (snapshot: BridgeSnapshot) => Histogram;
};

export type Metric = ScalarMetric | SeriesMetric | HistogramMetric;

type Read = ScalarMetric['read'];
type Names = { readonly key?: string; readonly name?: string };

/** A figure under JVB's names that goes up and down. */
export function gauge(names: Names, help: string, read: Read): ScalarMetric {
  return { ...names, help, read, shape: 'scalar', type: 'gauge', origin: 'jvb' };
}

/** A figure under JVB's names that only grows while the process lives. */
export function counter(names: Names, help: string, read: Read): ScalarMetric {
  return { ...names, help, read, shape: 'scalar', type: 'counter', origin: 'jvb' };
}

/** A distribution under JVB's name. */
export function histogram(
  name: string,
  help: string,
  read: HistogramMetric['read'],
): HistogramMetric {
  return { name, help, read, shape: 'histogram', type: 'histogram', origin: 'jvb' };
}

/** A figure JVB does not have. */
export function ownGauge(name: string, help: string, read: Read): ScalarMetric {
  return { name, help, read, shape: 'scalar', type: 'gauge', origin: 'trestle' };
}

/** A growing figure JVB does not have. */
export function ownCounter(name: string, help: string, read: Read): ScalarMetric {
  return { name, help, read, shape: 'scalar', type: 'counter', origin: 'trestle' };
}

/** A figure JVB does not have, for each of several things. */
export function ownSeries(
  type: SeriesMetric['type'],
  name: string,
  help: string,
  read: SeriesMetric['read'],
): SeriesMetric {
  return { name, help, read, shape: 'series', type, origin: 'trestle' };
}

/** A distribution JVB does not have. */
export function ownHistogram(
  name: string,
  help: string,
  read: HistogramMetric['read'],
): HistogramMetric {
  return { ...histogram(name, help, read), origin: 'trestle' };
}

/** The name of the family as both text formats have it, counters without `_total`. */
export function familyName({ origin, name }: Pick<Metric, 'origin' | 'name'>): string {
  return `${origin === 'jvb' ? 'jitsi_jvb_' : 'trestle_'}${name ?? ''}`;
}
