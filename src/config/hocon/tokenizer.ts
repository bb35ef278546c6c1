import { HoconError } from './hocon-error.ts';
import type { Origin } from './origin.ts';
import { readQuoted } from './quoted-text.ts';

export type Token = {
  readonly kind: TokenKind;
  /** The characters meant: of quoted text what stands between the quotes, escapes replaced. */
  readonly text: string;
  readonly origin: Origin;
};

export type TokenKind = Punctuation | 'newline' | 'space' | 'unquoted' | 'quoted' | 'end';
type Punctuation = '{' | '}' | '[' | ']' | ',' | '=' | ':' | '+=' | '${' | '${?';

const punctuation = ['${?', '${', '+=', '{', '}', '[', ']', ',', '=', ':'] as const;

/** Characters that end unquoted text (HOCON, "Unquoted strings"). */
const reserved = new Set('$"{}[]:=,+#`^?!@*&\\');

/** Java's white space beyond ours: file, group, record and unit separator. */
const separators = new Set('\u001c\u001d\u001e\u001f');

/** Splits a text into tokens; comments are dropped, white space is kept because values may contain it. */
export function tokenize(text: string, file: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  let lineStart = 0;
  const here = (): Origin => ({ file, line, column: at - lineStart + 1 });
  const push = (kind: TokenKind, meant: string, length: number): void => {
    tokens.push({ kind, text: meant, origin: here() });
    at += length;
  };
  while (at < text.length) {
    const character = text.charAt(at);
    const mark = punctuation.find((candidate) => text.startsWith(candidate, at));
    if (character === '\n') {
      push('newline', '\n', 1);
      line += 1;
      lineStart = at;
    } else if (isSpace(character)) {
      const run = takeWhile(text, at, isSpace);
      push('space', run, run.length);
    } else if (startsComment(text, at)) {
      at = endOfLine(text, at);
    } else if (character === '"') {
      const quoted = readQuoted(text, at, here());
      push('quoted', quoted.meaning, quoted.length);
      line += quoted.newlines;
      if (quoted.newlines > 0) lineStart = text.lastIndexOf('\n', at - 1) + 1;
    } else if (mark) {
      push(mark, mark, mark.length);
    } else if (reserved.has(character)) {
      throw new HoconError('syntax', here(), reservedProblem(character));
    } else {
      const run = takeUnquoted(text, at);
      push('unquoted', run, run.length);
    }
  }
  tokens.push({ kind: 'end', text: '', origin: here() });
  return tokens;
}

function reservedProblem(character: string): string {
  return `${character} has a meaning of its own outside quotes; put the whole value in quotes: "…${character}…"`;
}

/** JSON's white space and Unicode's, non-breaking spaces and the byte order mark included; no line end. */
function isSpace(character: string): boolean {
  return character !== '\n' && (/^\s$/.test(character) || separators.has(character));
}

function startsComment(text: string, at: number): boolean {
  return text.charAt(at) === '#' || text.startsWith('//', at);
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
}

function takeWhile(text: string, from: number, test: (character: string) => boolean): string {
  let end = from;
  while (end < text.length && test(text.charAt(end))) end += 1;
  return text.slice(from, end);
}

/** The one place where + is no sign of its own: 1e+21. */
const positiveExponent = /-?\d+(?:\.\d*)?[eE]\+\d+/y;

function takeUnquoted(text: string, from: number): string {
  positiveExponent.lastIndex = from;
  let end = from + (positiveExponent.exec(text)?.[0].length ?? 0);
  while (end < text.length && !endsUnquoted(text, end)) end += 1;
  return text.slice(from, end);
}

function endsUnquoted(text: string, at: number): boolean {
  const character = text.charAt(at);
  return (
    reserved.has(character) || character === '\n' || isSpace(character) || text.startsWith('//', at)
  );
}
