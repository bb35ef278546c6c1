import type { BridgeSnapshot } from './bridge-snapshot.ts';
import { cumulativeBuckets, type Histogram } from './histogram.ts';
import type { ScalarMetric } from './metric.ts';
import { metricTable } from './metric-table.ts';

type JsonValue = number | boolean | string;
type Flat = Readonly<Record<string, JsonValue>>;

/** The flat object of `GET /colibri/stats`, JVB's keys and types (operations.md §3.5). */
export function toJson(snapshot: BridgeSnapshot): Flat {
  const json: Record<string, JsonValue> = {};
  for (const metric of metricTable) {
    if (metric.shape !== 'scalar' || metric.key === undefined) continue;
    const value = (metric.readJson ?? metric.read)(snapshot);
    if (value !== undefined) json[metric.key] = value;
  }
  return json;
}

/** One `<stat/>` of the bridge's presence. */
export type PresenceStat = { readonly name: string; readonly value: string };

/** The same figures as text; with a whitelist only those on it (`stats-filter`). */
export function toPresence(
  snapshot: BridgeSnapshot,
  whitelist?: ReadonlySet<string>,
): readonly PresenceStat[] {
  return Object.entries(toJson(snapshot))
    .filter(([name]) => whitelist?.has(name) ?? true)
    .map(([name, value]) => ({ name, value: String(value) }));
}

/**
 * `GET /metrics` as JSON: no prefix, booleans kept, counters with `_total`, distributions as objects, figures of
 * several things left out, all as JVB does (operations.md §5.1).
 */
export function toMetricsJson(
  snapshot: BridgeSnapshot,
): Readonly<Record<string, JsonValue | Flat>> {
  const json: Record<string, JsonValue | Flat> = {};
  for (const metric of metricTable) {
    const own = metric.origin === 'trestle' ? 'trestle_' : '';
    if (metric.shape === 'histogram') {
      json[own + metric.name] = histogramJson(metric.read(snapshot), snapshot.startedWallMs / 1000);
    } else if (metric.shape === 'scalar' && metric.name !== undefined) {
      const value = metric.read(snapshot);
      if (value !== undefined) json[own + metric.name + totalSuffix(metric)] = value;
    }
  }
  if (snapshot.region !== undefined) json['region'] = snapshot.region;
  return json;
}

function totalSuffix({ type }: ScalarMetric): string {
  return type === 'counter' ? '_total' : '';
}

function histogramJson(histogram: Histogram, createdSeconds: number): Flat {
  const buckets = cumulativeBuckets(histogram);
  return {
    ...Object.fromEntries(buckets.map(({ le, count }) => [`bucket_le_${le}`, count])),
    count: buckets.at(-1)?.count ?? 0,
    sum: histogram.sum,
    created: createdSeconds,
  };
}
