import parsePrometheus from 'parse-prometheus-text-format';
import { expect, it } from 'vitest';
import { renderExposition } from '../../../src/stats/exposition.ts';
import { toMetricsJson } from '../../../src/stats/to-json.ts';
import { snapshot } from '../../support/bridge-snapshot.ts';

const text = () => renderExposition(snapshot(), 'text', true).body;
const openmetrics = () => renderExposition(snapshot(), 'openmetrics', true).body;

const family = (name: string) => parsePrometheus(text()).find((each) => each.name === name);

it('is what a parser of Prometheus text understands', () => {
  const families = parsePrometheus(text());
  expect(families.length).toBeGreaterThan(120);
  expect(families.map(({ name }) => name)).toHaveLength(new Set(families.map((f) => f.name)).size);
  expect(family('jitsi_jvb_conferences_created_total')).toMatchObject({
    type: 'COUNTER',
    metrics: [{ value: '101' }],
  });
  expect(family('jitsi_jvb_incoming_bitrate')?.metrics).toEqual([{ value: '18342999' }]);
  expect(family('jitsi_jvb_region_info')?.metrics).toEqual([
    { value: '1', labels: { region: 'eu-west' } },
  ]);
  expect(family('trestle_xmpp_link_up')?.metrics).toEqual([
    { value: '1', labels: { link: 'shard "a"' } },
  ]);
  expect(family('trestle_udp_receive_drops_total')?.metrics).toEqual([
    { value: '302', labels: { worker: '0' } },
  ]);
});

it('gives distributions cumulative buckets with bounds as floats', () => {
  expect(family('jitsi_jvb_conferences_by_size')?.metrics).toMatchObject([
    { buckets: { '1.0': '0', '2.0': '1', '20.0': '1', '+Inf': '2' }, count: '2', sum: '32' },
  ]);
  expect(family('trestle_forwarding_delay_seconds')?.metrics).toMatchObject([
    { buckets: { '0.001': '7', '0.01': '9', '+Inf': '10' }, count: '10', sum: '0.5' },
  ]);
});

it('names counters as each format wants them, and ends OpenMetrics', () => {
  expect(text()).toContain('# TYPE jitsi_jvb_conferences_created_total counter\n');
  expect(openmetrics()).toContain('# TYPE jitsi_jvb_conferences_created counter\n');
  expect(openmetrics()).toContain('\njitsi_jvb_conferences_created_total 101\n');
  expect(openmetrics()).toContain('# TYPE jitsi_jvb_region info\n');
  expect(openmetrics().endsWith('# EOF\n')).toBe(true);
});

it('says when counters began, unless that is switched off', () => {
  expect(openmetrics()).toContain('\njitsi_jvb_conferences_created_created 1\n');
  expect(renderExposition(snapshot(), 'openmetrics', false).body).not.toContain('_created 1\n');
});

it('writes no help text that OpenMetrics would have to escape', () => {
  const helps = openmetrics()
    .split('\n')
    .filter((line) => line.startsWith('# HELP'));
  expect(helps.filter((line) => /["\\]/.test(line))).toEqual([]);
});

it('has a JSON form without prefix, with booleans and distributions', () => {
  expect(toMetricsJson(snapshot())).toMatchObject({
    conferences_created_total: 101,
    healthy: true,
    stress: 0.31,
    region: 'eu-west',
    conferences_by_size: { 'bucket_le_2.0': 1, 'bucket_le_+Inf': 2, count: 2, sum: 32 },
  });
});
