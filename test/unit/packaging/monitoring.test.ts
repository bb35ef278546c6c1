import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

/** What /metrics has; a test of its own keeps this page true. */
const published = new Set(
  read('docs/metrics.md')
    .split('\n')
    .map((line) => /^\| `([a-z_]+)`/.exec(line)?.[1])
    .filter((name) => name !== undefined),
);

const names = (text: string) => new Set(text.match(/\b(jitsi_jvb|trestle)_[a-z_]+/g));

test.each(['config/prometheus-alerts.yml', 'config/grafana-dashboard.json'])(
  '%s names only figures that the bridge publishes',
  (file) => {
    const used = names(read(file));
    expect(used.size).toBeGreaterThan(8);
    expect([...used].filter((name) => !published.has(name))).toEqual([]);
  },
);

test('every panel of the dashboard has a query, and no two the same number', () => {
  const { panels } = JSON.parse(read('config/grafana-dashboard.json')) as {
    panels: { id: number; type: string; targets?: { expr: string }[] }[];
  };
  const drawn = panels.filter(({ type }) => type !== 'row');
  expect(drawn.every(({ targets }) => targets?.every(({ expr }) => expr !== ''))).toBe(true);
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
});
