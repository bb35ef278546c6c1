import { expect, it } from 'vitest';
import { PrometheusExposition } from '../../../src/stats/prometheus.ts';
import { snapshot } from '../../support/bridge-snapshot.ts';

const lines = async (format: 'openmetrics' | 'text') =>
  (await new PrometheusExposition(() => snapshot()).render(format)).body.split('\n');

it('names counters as each format wants them', async () => {
  const text = await lines('text');
  expect(text).toContain('# TYPE jitsi_jvb_conferences_created_total counter');
  expect(text).toContain('jitsi_jvb_conferences_created_total 101');
  const openmetrics = await lines('openmetrics');
  expect(openmetrics).toContain('# TYPE jitsi_jvb_conferences_created counter');
  expect(openmetrics).toContain('jitsi_jvb_conferences_created_total 101');
  expect(openmetrics.at(-2)).toBe('# EOF');
});

it('keeps bit/s where JSON has kbit/s, and booleans as numbers', async () => {
  const text = await lines('text');
  expect(text).toContain('jitsi_jvb_incoming_bitrate 18342999');
  expect(text).toContain('jitsi_jvb_healthy 1');
  expect(text).toContain('jitsi_jvb_drain_mode 0');
  expect(text).toContain('jitsi_jvb_region_info{region="eu-west"} 1');
  expect(text).toContain('trestle_workers_died_total 2');
});

it('shows the same instant again when asked again', async () => {
  const exposition = new PrometheusExposition(() => snapshot());
  const first = await exposition.render('text');
  expect(await exposition.render('text')).toEqual(first);
});

it('has a JSON form without prefix and with booleans', () => {
  expect(new PrometheusExposition(() => snapshot()).json()).toMatchObject({
    conferences_created_total: 101,
    healthy: true,
    stress: 0.31,
    region: 'eu-west',
  });
});
