// Writes config/reference.conf and the table of docs/configuration.md from the settings the program knows.
// Run it with `npm run docs:config` after changing a setting; a unit test compares.
import { readFileSync, writeFileSync } from 'node:fs';
import { renderReference } from '../src/config/documentation/render-reference.ts';
import { replaceTable } from '../src/config/documentation/render-table.ts';

const page = new URL('../docs/configuration.md', import.meta.url);
writeFileSync(new URL('../config/reference.conf', import.meta.url), renderReference());
writeFileSync(page, replaceTable(readFileSync(page, 'utf8')));
