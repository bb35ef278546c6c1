import { expect, test } from 'vitest';
import { replaceContents } from '../../../src/bridge/replace-contents.ts';

test('inner objects keep their identity and get the new values', () => {
  const inner = { a: 1 };
  const live = { inner, list: [1], map: new Map([[1, 1]]), gone: 1 };
  const next = { inner: { a: 2 }, list: [2], map: new Map([[1, 2]]) };
  replaceContents(live, next);
  expect(live).toEqual(next);
  expect(live.inner).toBe(inner);
  expect(inner).toEqual({ a: 2 });
});

test('what is replaced is not tied to what replaced it', () => {
  const live = { inner: { a: 1 } };
  const next = { inner: { a: 2 } };
  replaceContents(live, next);
  next.inner.a = 3;
  expect(live.inner.a).toBe(2);
});
