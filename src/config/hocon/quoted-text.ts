import { HoconError } from './hocon-error.ts';
import type { Origin } from './origin.ts';

export type QuotedText = {
  /** The text that is meant. */
  readonly meaning: string;
  /** Characters it takes in the file, quotes included. */
  readonly length: number;
  readonly newlines: number;
};

const escapes = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Reads the quoted text that starts at `from`: JSON's strings, or `"""` without escapes over several lines. */
export function readQuoted(text: string, from: number, origin: Origin): QuotedText {
  return text.startsWith('"""', from)
    ? readTriple(text, from, origin)
    : readSingle(text, from, origin);
}

function readTriple(text: string, from: number, origin: Origin): QuotedText {
  let end = text.indexOf('"""', from + 3);
  if (end < 0) throw new HoconError('syntax', origin, 'the text that starts with """ has no end');
  while (text.charAt(end + 3) === '"') end += 1; // further quotes belong to the text
  const meaning = text.slice(from + 3, end);
  return { meaning, length: end + 3 - from, newlines: meaning.split('\n').length - 1 };
}

function readSingle(text: string, from: number, origin: Origin): QuotedText {
  let meaning = '';
  let at = from + 1;
  for (;;) {
    const character = text.charAt(at);
    if (character === '' || character === '\n') {
      throw new HoconError('syntax', origin, 'the quoted text has no closing " on its line');
    }
    if (character === '"') return { meaning, length: at + 1 - from, newlines: 0 };
    if (character !== '\\') {
      meaning += character;
      at += 1;
      continue;
    }
    const escape = readEscape(text, at, { ...origin, column: origin.column + at - from });
    meaning += escape.meaning;
    at += escape.length;
  }
}

function readEscape(
  text: string,
  at: number,
  origin: Origin,
): { readonly meaning: string; readonly length: number } {
  const letter = text.charAt(at + 1);
  const meaning = escapes.get(letter);
  if (meaning !== undefined) return { meaning, length: 2 };
  const hex = /^u([0-9a-fA-F]{4})$/.exec(text.slice(at + 1, at + 6))?.[1];
  if (hex !== undefined)
    return { meaning: String.fromCharCode(Number.parseInt(hex, 16)), length: 6 };
  throw new HoconError(
    'syntax',
    origin,
    `\\${letter} is no escape; write \\\\ for a backslash (known: \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX)`,
  );
}
