import { expect, it } from 'vitest';
import { metricTable } from '../../../src/stats/metric-table.ts';
import { toJson, toPresence } from '../../../src/stats/to-json.ts';
import { snapshot } from '../../support/bridge-snapshot.ts';

it('gives JVB its keys, units and types', () => {
  expect(toJson(snapshot())).toMatchObject({
    current_timestamp: '2026-08-19 16:20:05.123',
    bit_rate_download: 18_342,
    bit_rate_upload: 9_000,
    packet_rate_upload: 9120,
    participants: 87,
    octo_endpoints: 0,
    stress_level: 0.31,
    graceful_shutdown: false,
    drain: false,
    total_conference_seconds: 103,
    total_bytes_sent: 204,
    mucs_joined: 4,
    region: 'eu-west',
  });
});

it('leaves out what has no value', () => {
  expect(toJson(snapshot({ region: undefined }))).not.toHaveProperty('region');
  expect(toJson(snapshot())).not.toHaveProperty('release');
});

it('pools loss by packet rate, and says 0 without packets', () => {
  const { media } = snapshot();
  expect(toJson(snapshot())['overall_loss']).toBeCloseTo((300 * 0.1 + 9120 * 0.01) / 9420);
  const silent = snapshot({ media: { ...media, packetsPerSecondIn: 0, packetsPerSecondOut: 0 } });
  expect(toJson(silent)['overall_loss']).toBe(0);
});

it('writes presence as text, by whitelist where there is one', () => {
  expect(toPresence(snapshot(), new Set(['drain', 'stress_level', 'release']))).toEqual([
    { name: 'drain', value: 'false' },
    { name: 'stress_level', value: '0.31' },
  ]);
  expect(toPresence(snapshot()).length).toBeGreaterThan(40);
});

it('names every figure once', () => {
  const keys = metricTable.flatMap((metric) =>
    metric.shape === 'scalar' ? (metric.key ?? []) : [],
  );
  const names = metricTable.flatMap(({ name, type }) => (name ? `${name} ${type}` : []));
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(names).size).toBe(names.length);
});
