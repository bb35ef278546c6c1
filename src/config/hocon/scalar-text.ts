import type { Origin } from './origin.ts';
import type { HoconScalar } from './value.ts';

/** What one unquoted word means: a number, true, false, null, else text. */
export function readScalar(text: string, origin: Origin): HoconScalar {
  switch (text) {
    case 'true':
    case 'false':
      return { kind: 'boolean', value: text === 'true', origin };
    case 'null':
      return { kind: 'null', origin };
    default:
      return isNumber(text)
        ? { kind: 'number', value: Number(text), text, origin }
        : { kind: 'string', value: text, quoted: false, origin };
  }
}

/** Whole numbers of 64 bits and decimals that start with a digit or a minus; `.75` is text, as in the reference. */
function isNumber(text: string): boolean {
  if (/^-?\d+$/.test(text)) return BigInt.asIntN(64, BigInt(text)) === BigInt(text);
  return /^-?\d+(\.\d*)?([eE][+-]?\d+)?$/.test(text);
}
