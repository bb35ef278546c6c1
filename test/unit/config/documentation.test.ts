import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkKeys } from '../../../src/config/check-keys.ts';
import { renderReference } from '../../../src/config/documentation/render-reference.ts';
import { replaceTable } from '../../../src/config/documentation/render-table.ts';
import { Findings } from '../../../src/config/findings.ts';
import { parseHocon } from '../../../src/config/hocon/parse-hocon.ts';
import { valueAt } from '../../../src/config/hocon/value.ts';
import { literalValue } from '../../../src/config/literal-value.ts';
import type { Setting } from '../../../src/config/setting.ts';
import { settings } from '../../../src/config/settings/settings.ts';
import { loadFiles } from './load-text.ts';
import { plainValue } from './hocon/plain-value.ts';

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const table = Object.entries<Setting<unknown>>(settings);
const reference = parseHocon(
  { file: 'reference.conf', text: read('config/reference.conf') },
  { env: {}, readFile: () => undefined },
);
if (!reference.ok) throw reference.error;
const tree = reference.value.value;

test('reference.conf and the table of docs/configuration.md are as the program makes them (npm run docs:config)', () => {
  expect(read('config/reference.conf')).toBe(renderReference());
  const page = read('docs/configuration.md');
  expect(replaceTable(page)).toBe(page);
});

test('reference.conf holds the defaults of the settings and nothing else', () => {
  for (const [key, setting] of table) {
    const value = valueAt(tree, key.split('.'));
    const written = value && plainValue(value);
    const meant = setting.default === undefined ? undefined : literalValue(setting.default);
    expect({ [key]: written }).toEqual({ [key]: meant && plainValue(meant) });
  }
  const findings = new Findings();
  checkKeys(tree, findings);
  expect(findings.warnings).toEqual([]);
});

test('every default is one that its reader takes', () => {
  const refused = table.filter(
    ([, { default: standard, reader }]) =>
      standard !== undefined && !reader.read(literalValue(standard)).ok,
  );
  expect(refused.map(([key]) => key)).toEqual([]);
});

test('every setting is explained in whole sentences', () => {
  const mute = table.filter(([, { about }]) => !/^\S.{8,}[.}]$/.test(about));
  expect(mute.map(([key]) => key)).toEqual([]);
});

/** Jetty's keys and those of our own are in no reference.conf of the JVB. */
const notInTheJvb = /^(trestle\.|videobridge\.http-servers\.)/;
/** Where a default of ours is another, and why. */
const otherDefaults: Readonly<Record<string, string>> = {
  'ice4j.redact-remote-addresses': 'follows videobridge.redact-remote-addresses while unset',
  'jmt.rtp.bitrate-calculator': 'an empty block, not a setting',
};

test('every default of the JVB is ours, or differs for a reason', () => {
  const jvb = JSON.parse(read('test/fixtures/config/jvb-defaults.json')) as Record<string, never>;
  expect(Object.keys(jvb)).toHaveLength(184);
  for (const [key, value] of Object.entries(jvb)) {
    if (key in otherDefaults) continue;
    const setting = table.find(([name]) => name === key)?.[1];
    const ours = valueAt(tree, key.split('.'));
    expect({ [key]: setting && ours && setting.reader.read(ours) }).toEqual({
      [key]: setting?.reader.read(literalValue(value)),
    });
  }
});

test('keys of ours with a default are among the defaults of the JVB', () => {
  const jvb = JSON.parse(read('test/fixtures/config/jvb-defaults.json')) as Record<string, never>;
  const extra = table
    .filter(([key, setting]) => setting.default !== undefined && !(key in jvb))
    .map(([key]) => key);
  expect(extra.filter((key) => !notInTheJvb.test(key))).toEqual([]);
});

test('embedded.conf loads without a word of warning', () => {
  const files = { '/embedded.conf': read('config/embedded.conf') };
  const loaded = loadFiles(files, ['--config', '/embedded.conf']);
  if (!loaded.ok) throw loaded.error;
  expect(loaded.value.warnings).toEqual([]);
  expect(loaded.value.config).toMatchObject({
    rest: { colibri: true },
    http: { private: { host: '127.0.0.1' }, public: { host: '127.0.0.1' } },
    websockets: { enabled: true, tls: false },
    xmpp: { clients: [] },
    ice: { addresses: { loopback: true, allowedAddresses: ['127.0.0.1'] } },
  });
});
