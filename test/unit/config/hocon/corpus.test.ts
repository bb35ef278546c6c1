import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { parseHocon } from '../../../../src/config/hocon/parse-hocon.ts';
import { plainValue } from './plain-value.ts';

const folder = fileURLToPath(new URL('../../../fixtures/config/hocon-corpus/', import.meta.url));
const env = {
  HOCON_T_SECRET: 'hunter2',
  HOCON_T_PORT: '4242',
  HOCON_T_DOMAIN: 'example.org',
  HOCON_T_BOOL: 'true',
};

type Expected = { readonly value: unknown } | { readonly error: string };

/** The reference library's exceptions in our words. */
const kinds: Readonly<Record<string, string>> = {
  Parse: 'syntax',
  BadPath: 'path',
  WrongType: 'type',
  UnresolvedSubstitution: 'substitution',
  IO: 'include',
};

const corpus = Object.entries(
  JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<string, Expected>,
);

const readFile = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

test('the corpus is complete', () => {
  expect(corpus).toHaveLength(88);
});

test.each(corpus)('%s reads as the reference library reads it', (name, expected) => {
  const file = `${folder}${name}`;
  const result = parseHocon({ file, text: readFileSync(file, 'utf8') }, { env, readFile });
  if ('error' in expected) {
    expect(result).toMatchObject({ ok: false, error: { kind: kinds[expected.error] } });
    return;
  }
  if (!result.ok) throw result.error;
  expect(plainValue(result.value.value)).toEqual(expected.value);
});

test('no key reaches a prototype', () => {
  const text = '__proto__ { polluted = yes }, constructor.prototype.polluted = yes';
  const result = parseHocon({ file: '/x.conf', text }, { env: {}, readFile: () => undefined });
  expect(result.ok).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
