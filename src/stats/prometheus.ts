import { Counter, Gauge, type MetricConfiguration, Registry } from 'prom-client';
import type { BridgeSnapshot } from './bridge-snapshot.ts';
import type { Metric, MetricValue } from './metric.ts';
import { metricTable } from './metric-table.ts';

export type ExpositionFormat = 'openmetrics' | 'text' | 'json';

/**
 * The text of `GET /metrics` under JVB's names, all booleans as 0 or 1 (operations.md §5.1). One registry a
 * format, since the two differ in how counters are named.
 */
export class PrometheusExposition {
  readonly #snapshot: () => BridgeSnapshot;
  readonly #registries: Readonly<Record<'openmetrics' | 'text', Registry>>;

  constructor(snapshot: () => BridgeSnapshot) {
    this.#snapshot = snapshot;
    const openmetrics = new Registry<typeof Registry.OPENMETRICS_CONTENT_TYPE>();
    openmetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    this.#registries = {
      openmetrics: openmetrics as unknown as Registry,
      text: new Registry(),
    };
  }

  /** @returns the body and its content type */
  async render(format: ExpositionFormat): Promise<{ contentType: string; body: string }> {
    if (format === 'json') {
      return { contentType: 'application/json', body: JSON.stringify(this.json()) };
    }
    const registry = this.#registries[format];
    this.#fill(registry, this.#snapshot());
    return { contentType: registry.contentType, body: await registry.metrics() };
  }

  /** JSON as JVB gives it: no prefix, booleans kept, counters with `_total`. */
  json(): Readonly<Record<string, number | boolean | string>> {
    const snapshot = this.#snapshot();
    const json: Record<string, number | boolean | string> = {};
    for (const metric of metricTable) {
      const value = metric.read(snapshot);
      if (metric.name === undefined || value === undefined) continue;
      const own = metric.origin === 'trestle' ? 'trestle_' : '';
      json[`${own}${metric.name}${metric.type === 'counter' ? '_total' : ''}`] = value;
    }
    if (snapshot.region !== undefined) json['region'] = snapshot.region;
    return json;
  }

  #fill(registry: Registry, snapshot: BridgeSnapshot): void {
    registry.clear();
    for (const metric of metricTable) addMetric(registry, metric, metric.read(snapshot));
    if (snapshot.region !== undefined) {
      new Gauge({
        name: 'jitsi_jvb_region_info',
        help: 'The configured region',
        labelNames: ['region'],
        registers: [registry],
      }).set({ region: snapshot.region }, 1);
    }
  }
}

function addMetric(registry: Registry, metric: Metric, value: MetricValue): void {
  if (metric.name === undefined || value === undefined || typeof value === 'string') return;
  const prefix = metric.origin === 'jvb' ? 'jitsi_jvb_' : 'trestle_';
  const config: MetricConfiguration<string> & { registers: Registry[] } = {
    name: `${prefix}${metric.name}${metric.type === 'counter' ? '_total' : ''}`,
    help: metric.help,
    registers: [registry],
  };
  if (metric.type === 'counter') new Counter(config).inc(Number(value));
  else new Gauge(config).set(Number(value));
}
