import { HoconError } from './hocon-error.ts';
import { limits } from './limits.ts';
import type { Origin } from './origin.ts';
import type { Token } from './tokenizer.ts';

/**
 * The path that the tokens of a key or substitution spell: dots outside quotes separate its keys.
 * `a."b.c" d` is `a`, then `b.c d`.
 */
export function readPath(tokens: readonly Token[], origin: Origin): string[] {
  const keys: { text: string; quoted: boolean }[] = [{ text: '', quoted: false }];
  for (const token of trimSpace(tokens)) {
    if (token.kind === 'quoted') {
      const last = keys[keys.length - 1];
      if (last) keys[keys.length - 1] = { text: last.text + token.text, quoted: true };
      continue;
    }
    const [head = '', ...rest] = token.text.split('.');
    const last = keys[keys.length - 1];
    if (last) last.text += head;
    keys.push(...rest.map((text) => ({ text, quoted: false })));
  }
  if (keys.some((key) => key.text === '' && !key.quoted)) {
    throw new HoconError(
      'path',
      origin,
      'a key or path has an empty part; remove the extra dot, or quote the part ("")',
    );
  }
  if (keys.length > limits.depth) {
    throw new HoconError('limit', origin, `a path has more than ${limits.depth} parts`);
  }
  return keys.map((key) => key.text);
}

/** The text of a path as it has to be written to mean these keys. */
export function formatPath(keys: readonly string[]): string {
  return keys.map((key) => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key))).join('.');
}

function trimSpace(tokens: readonly Token[]): readonly Token[] {
  const first = tokens.findIndex((token) => token.kind !== 'space');
  const last = tokens.findLastIndex((token) => token.kind !== 'space');
  return first < 0 ? [] : tokens.slice(first, last + 1);
}
