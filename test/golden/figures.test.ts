// What a JVB of August 2026 published, figure by figure: each is published here under the same name and type, or
// the documentation says why not.
import { readFileSync } from 'node:fs';
import parsePrometheus from 'parse-prometheus-text-format';
import { expect, it } from 'vitest';
import { absentFigures } from '../../src/stats/documentation/absent-figures.ts';
import { replaceMetricTables } from '../../src/stats/documentation/render-metrics.ts';
import { renderExposition } from '../../src/stats/exposition.ts';
import { toJson, toMetricsJson } from '../../src/stats/to-json.ts';
import { snapshot } from '../support/bridge-snapshot.ts';

const recorded = (file: string) =>
  readFileSync(new URL(`data/jicofo-jvb/${file}`, import.meta.url), 'utf8');
const recordedJson = (file: string) => JSON.parse(recorded(file)) as Record<string, unknown>;

const absentKeys = new Set(absentFigures.flatMap(({ keys }) => keys));
const absentNames = new Set(absentFigures.flatMap(({ names }) => names));
const typesOf = (figures: Readonly<Record<string, unknown>>) =>
  Object.entries(figures).map(([name, value]) => [name, typeof value] as const);

it('has the keys of /colibri/stats with their types', () => {
  const ours = toJson(snapshot());
  const missing = typesOf(recordedJson('colibri-stats.json')).filter(
    ([key, type]) => !absentKeys.has(key) && typeof ours[key] !== type,
  );
  expect(missing).toEqual([]);
});

it('keeps integers where JVB has them', () => {
  const integers = Object.entries(recordedJson('colibri-stats.json'))
    .filter(([key]) => !absentKeys.has(key) && /rate|total_|num_|endpoints|conferences/.test(key))
    .map(([key]) => key);
  const media = { ...snapshot().media, packetsPerSecondIn: 3.7, bitsPerSecondIn: 1234.5 };
  const ours = toJson(snapshot({ media }));
  expect(integers.filter((key) => !Number.isInteger(ours[key]))).toEqual([]);
});

it('has the names of /metrics with their types', () => {
  const ours = new Map(
    parsePrometheus(renderExposition(snapshot(), 'text', true).body).map((f) => [f.name, f.type]),
  );
  const missing = parsePrometheus(recorded('metrics-0.0.4.txt')).filter(({ name, type }) => {
    const plain = name.replace(/^jitsi_jvb_/, '').replace(/_(total|created)$/, '');
    return !absentNames.has(plain) && ours.get(name) !== type;
  });
  expect(missing.map(({ name, type }) => `${name} ${type}`)).toEqual([]);
});

it('has the names of /metrics as JSON with their types', () => {
  const ours = toMetricsJson(snapshot());
  const missing = typesOf(recordedJson('metrics.json')).filter(
    ([name, type]) => !absentNames.has(name.replace(/_total$/, '')) && typeof ours[name] !== type,
  );
  expect(missing).toEqual([]);
});

it('calls nothing absent that is there', () => {
  const json = toJson(snapshot());
  const metrics = toMetricsJson(snapshot());
  expect([...absentKeys].filter((key) => key in json)).toEqual([]);
  expect([...absentNames].filter((name) => name in metrics || `${name}_total` in metrics)).toEqual(
    [],
  );
});

it('is what docs/metrics.md says', () => {
  const page = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8');
  expect(replaceMetricTables(page)).toBe(page);
});
