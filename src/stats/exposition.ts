import type { BridgeSnapshot } from './bridge-snapshot.ts';
import { cumulativeBuckets } from './histogram.ts';
import { familyName, type Metric, type Sample } from './metric.ts';
import { metricTable } from './metric-table.ts';

export type TextFormat = 'openmetrics' | 'text';

const contentTypes: Readonly<Record<TextFormat, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  text: 'text/plain; version=0.0.4; charset=utf-8',
};

/** One line of the text: what follows the family's name, its labels, its value. */
type Line = Sample & { readonly suffix: string };

/**
 * The text of `GET /metrics` in Prometheus' own format or in OpenMetrics (operations.md §5.1). prom-client holds
 * its own counts and so can show neither a distribution that was counted elsewhere nor bounds as floats.
 *
 * @param withCreated whether counters and histograms say when they began, as JVB's do
 */
export function renderExposition(
  snapshot: BridgeSnapshot,
  format: TextFormat,
  withCreated: boolean,
): { readonly contentType: string; readonly body: string } {
  const created = withCreated ? snapshot.startedWallMs / 1000 : undefined;
  const families = metricTable.flatMap((metric) => renderFamily(metric, snapshot, format, created));
  const end = format === 'openmetrics' ? ['# EOF'] : [];
  return { contentType: contentTypes[format], body: [...families, ...end, ''].join('\n') };
}

function renderFamily(
  metric: Metric,
  snapshot: BridgeSnapshot,
  format: TextFormat,
  created: number | undefined,
): string[] {
  const lines = linesOf(metric, snapshot);
  if (lines.length === 0) return [];
  const family = familyName(metric);
  const samples = lines.map(({ suffix, ...sample }) => sampleText(family + suffix, sample));
  const { name, type } = declaration(metric, format);
  const head = [`# HELP ${name} ${escape(metric.help)}`, `# TYPE ${name} ${type}`];
  const counts = metric.type === 'counter' || metric.type === 'histogram';
  if (!counts || created === undefined) return [...head, ...samples];
  const createdName = `${family}_created`;
  const createdLines = labelSets(lines).map((labels) =>
    sampleText(createdName, { labels, value: created }),
  );
  // The older format knows no such samples within a family: there they are gauges of their own.
  const own =
    format === 'text' ? [`# HELP ${createdName} Start`, `# TYPE ${createdName} gauge`] : [];
  return [...head, ...samples, ...own, ...createdLines];
}

/** The older format names a counter and an info with their suffix and has no type for the latter. */
function declaration(metric: Metric, format: TextFormat): { name: string; type: string } {
  const name = familyName(metric);
  if (format === 'openmetrics') return { name, type: metric.type };
  if (metric.type === 'counter') return { name: `${name}_total`, type: 'counter' };
  return metric.type === 'info'
    ? { name: `${name}_info`, type: 'gauge' }
    : { name, type: metric.type };
}

const suffixes = { gauge: '', counter: '_total', info: '_info' } as const;

function linesOf(metric: Metric, snapshot: BridgeSnapshot): Line[] {
  if (metric.name === undefined) return [];
  if (metric.shape === 'histogram') return histogramLines(metric.read(snapshot));
  const suffix = suffixes[metric.type];
  if (metric.shape === 'series') {
    return metric.read(snapshot).map((sample) => ({ suffix, ...sample }));
  }
  const value = metric.read(snapshot);
  if (value === undefined || typeof value === 'string') return [];
  return [{ suffix, labels: {}, value: Number(value) }];
}

function histogramLines(histogram: Parameters<typeof cumulativeBuckets>[0]): Line[] {
  const buckets = cumulativeBuckets(histogram);
  return [
    ...buckets.map(({ le, count }) => ({ suffix: '_bucket', labels: { le }, value: count })),
    { suffix: '_count', labels: {}, value: buckets.at(-1)?.count ?? 0 },
    { suffix: '_sum', labels: {}, value: histogram.sum },
  ];
}

/** The things a family has figures of; the bucket is none. */
function labelSets(lines: readonly Line[]): Sample['labels'][] {
  return lines
    .filter(({ suffix }) => suffix === '_total' || suffix === '_count')
    .map(({ labels }) => labels);
}

function sampleText(name: string, { labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escape(text, '"')}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function escape(text: string, quote = ''): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return quote === '' ? escaped : escaped.replaceAll(quote, `\\${quote}`);
}
