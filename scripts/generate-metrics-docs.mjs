// Writes the tables of docs/metrics.md from the figures the program publishes.
// Run it with `npm run docs:metrics` after changing one; a unit test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { replaceMetricTables } from '../src/stats/documentation/render-metrics.ts';

const page = new URL('../docs/metrics.md', import.meta.url);
writeFileSync(page, replaceMetricTables(readFileSync(page, 'utf8')));
