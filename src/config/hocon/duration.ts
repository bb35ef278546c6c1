/** Milliseconds of one unit; the names are the reference library's, case-sensitive. */
const unitMs = new Map([
  ...units(1e-6, ['ns', 'nano', 'nanos', 'nanosecond', 'nanoseconds']),
  ...units(1e-3, ['us', 'micro', 'micros', 'microsecond', 'microseconds']),
  ...units(1, ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds']),
  ...units(1000, ['s', 'second', 'seconds']),
  ...units(60_000, ['m', 'minute', 'minutes']),
  ...units(3_600_000, ['h', 'hour', 'hours']),
  ...units(86_400_000, ['d', 'day', 'days']),
]);

function units(factor: number, names: readonly string[]): (readonly [string, number])[] {
  return names.map((name) => [name, factor] as const);
}

/** Milliseconds of `15 seconds`, `1.5s` or a bare number of milliseconds; undefined for anything else. */
export function parseDurationMs(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))\s*([a-z]*)$/.exec(text.trim());
  const factor = unitMs.get(match?.[2] ?? '');
  if (!match || factor === undefined) return undefined;
  return Number(match[1]) * factor;
}
