import type { BridgeSnapshot } from './bridge-snapshot.ts';

/** Undefined = there is no value now, so the figure is left out rather than shown as 0. */
export type MetricValue = number | boolean | string | undefined;

/**
 * One figure the bridge publishes. JVB's key in `/colibri/stats` and presence, JVB's name in Prometheus, or
 * both, as operations.md §3.5 and §5.2 list them; `trestle` marks those of our own.
 */
export type Metric = {
  readonly help: string;
  /** Key in JSON and presence. */
  readonly key?: string;
  /** Prometheus name without prefix; counters without `_total`. */
  readonly name?: string;
  /** Prometheus prefix: `jitsi_jvb_` for what JVB has, `trestle_` for what it has not. */
  readonly origin: 'jvb' | 'trestle';
  readonly type: 'gauge' | 'counter';
  readonly read: (snapshot: BridgeSnapshot) => MetricValue;
  /** Where JSON has another unit than Prometheus (kbit/s against bit/s). */
  readonly readJson?: (snapshot: BridgeSnapshot) => MetricValue;
};

type Read = Metric['read'];
type Names = { readonly key?: string; readonly name?: string };

/** A figure under JVB's names that goes up and down. */
export function gauge(names: Names, help: string, read: Read): Metric {
  return { ...names, help, read, type: 'gauge', origin: 'jvb' };
}

/** A figure under JVB's names that only grows while the process lives. */
export function counter(names: Names, help: string, read: Read): Metric {
  return { ...names, help, read, type: 'counter', origin: 'jvb' };
}

/** A figure JVB does not have. */
export function ownGauge(name: string, help: string, read: Read): Metric {
  return { name, help, read, type: 'gauge', origin: 'trestle' };
}

/** A growing figure JVB does not have. */
export function ownCounter(name: string, help: string, read: Read): Metric {
  return { name, help, read, type: 'counter', origin: 'trestle' };
}
