import { Secret } from '../base/secret.ts';
import { parseBandwidthBps } from './hocon/bandwidth.ts';
import { parseDurationMs } from './hocon/duration.ts';
import type { Origin } from './hocon/origin.ts';
import { scalarText, type HoconValue } from './hocon/value.ts';

export type Reading<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** Accepted, though a JVB would not: what was done. */
      readonly tolerated?: string;
    }
  | {
      readonly ok: false;
      /** Where inside the value the fault is, if not at its start. */
      readonly origin?: Origin;
      /** What was expected there, if not what the reader says. */
      readonly expected?: string;
    };

/** Turns what the files say into what the bridge works with; text converts as the JVB's library converts it. */
export type Reader<T> = {
  /** Ends the sentence "expected …", with an example. */
  readonly expected: string;
  readonly read: (value: HoconValue) => Reading<T>;
};

const refused = { ok: false } as const;

/** A reader for values that are one text or number. */
export function scalarReader<T>(
  expected: string,
  parse: (text: string) => T | undefined,
): Reader<T> {
  const read = (value: HoconValue): Reading<T> => {
    if (value.kind === 'array' || value.kind === 'object' || value.kind === 'null') return refused;
    const parsed = parse(scalarText(value));
    return parsed === undefined ? refused : { ok: true, value: parsed };
  };
  return { expected, read };
}

/** `reader`, with values that do not pass `test` refused. */
export function restricted<T>(
  reader: Reader<T>,
  expected: string,
  test: (value: T) => boolean,
): Reader<T> {
  const read = (value: HoconValue): Reading<T> => {
    const reading = reader.read(value);
    return reading.ok && !test(reading.value) ? refused : reading;
  };
  return { expected, read };
}

const booleans = new Map([
  ['yes', true],
  ['on', true],
  ['no', false],
  ['off', false],
]);

export const boolean = scalarReader('true or false', (text) => {
  const lower = text.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  return booleans.get(text);
});

export const number = scalarReader('a number, for example 30', (text) => {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text.trim()) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
});

/** Whole numbers; decimals lose their fraction, as in the JVB. */
export const integer: Reader<number> = {
  expected: 'a whole number, for example 50',
  read: (value) => {
    const reading = number.read(value);
    return reading.ok ? { ...reading, value: Math.trunc(reading.value) } : reading;
  },
};

export const port = restricted(integer, 'a port from 1 to 65535', (n) => n >= 1 && n <= 65_535);

/** Where media listens: 0 lets the system choose, for tests. */
export const listenPort = restricted(
  integer,
  'a port from 1 to 65535, or 0 for any free one',
  (n) => n >= 0 && n <= 65_535,
);

export const portOrOff = restricted(
  integer,
  'a port from 1 to 65535, 0 for any free one, or -1 for none',
  (n) => n >= -1 && n <= 65_535,
);

export const count = restricted(integer, 'a whole number from 0', (n) => n >= 0);

/** 0.05, "5%" or 5 %. */
export const fraction = scalarReader('a fraction, for example 0.15 or "15%"', (text) => {
  const match = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(%?)\s*$/.exec(text);
  return match ? Number(match[1]) / (match[2] === '%' ? 100 : 1) : undefined;
});

/** Milliseconds. */
export const duration = scalarReader(
  'a duration, for example 15 seconds or 500ms (units: ms, s, m, h, d or their long names; a bare number is milliseconds)',
  parseDurationMs,
);

/** Milliseconds, more than none: for what is done periodically. */
export const interval = restricted(
  duration,
  'a duration of at least a millisecond, for example 15 seconds or 500ms',
  (ms) => ms >= 1,
);

/** Bit/s. */
export const bandwidth = scalarReader(
  'a bandwidth, for example 2500 kbps (units: bps, kbps, mbps; whole numbers)',
  parseBandwidthBps,
);

export const text = scalarReader('text', (written) => written);

export const secret = scalarReader('text', (written) => new Secret(written));

/** One of the words, exactly as written here. */
export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  const expected = `one of ${words.join(', ')}`;
  return scalarReader(expected, (written) => words.find((word) => word === written));
}

export const textList: Reader<readonly string[]> = {
  expected: 'a list, for example ["a", "b"]',
  read: (value) => {
    if (value.kind === 'object') return numberedList(value);
    if (value.kind === 'null') return refused;
    if (value.kind !== 'array') {
      const item = scalarText(value);
      return { ok: true, value: [item], tolerated: 'a list is expected; read as a list of one' };
    }
    const items = value.items.map((item) => text.read(item));
    const wrong = items.findIndex((item) => !item.ok);
    const origin = value.items[wrong]?.origin;
    if (origin) return { ok: false, origin, expected: 'text' };
    return { ok: true, value: items.flatMap((item) => (item.ok ? [item.value] : [])) };
  },
};

/** Objects with numbers as keys are lists (HOCON, "Conversion of numerically-indexed objects to arrays"). */
function numberedList(value: HoconValue & { readonly kind: 'object' }): Reading<readonly string[]> {
  const numbered = [...value.fields].filter(([key]) => /^\d+$/.test(key));
  if (numbered.length === 0) return refused;
  const items = numbered.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, item]) => item);
  return textList.read({ kind: 'array', items, origin: value.origin });
}

/** Text that holds several items, separated by commas; a list is joined. */
export const commaText: Reader<string> = {
  expected: 'text with commas, for example "a@example.org,b@example.org"',
  read: (value) => {
    if (value.kind !== 'array') return text.read(value);
    const list = textList.read(value);
    if (!list.ok) return list;
    return {
      ok: true,
      value: list.value.join(','),
      tolerated: 'text with commas is expected; the list was joined',
    };
  },
};
