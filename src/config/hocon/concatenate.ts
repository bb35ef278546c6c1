import { HoconError } from './hocon-error.ts';
import { limits } from './limits.ts';
import type { Origin } from './origin.ts';
import {
  mergeValues,
  scalarText,
  type HoconArray,
  type HoconObject,
  type HoconScalar,
  type HoconValue,
} from './value.ts';

/** Joins values that stand side by side: objects merge, lists append, everything else is text. */
export function concatenate(parts: readonly HoconValue[], origin: Origin): HoconValue | undefined {
  const [only] = parts;
  if (parts.length <= 1) return only;
  const solid = parts.filter((part) => !isBlank(part));
  if (solid.length > 0) {
    if (solid.every(isObject))
      return solid.reduce<HoconValue>(
        (below, above) => mergeValues(above, below),
        emptyObject(origin),
      );
    if (solid.every(isArray))
      return { kind: 'array', items: solid.flatMap((part) => part.items), origin };
  }
  return joinText(
    parts.map((part) => scalarOf(part, origin)),
    origin,
  );
}

function joinText(parts: readonly HoconScalar[], origin: Origin): HoconScalar {
  const value = parts.map(scalarText).join('');
  if (value.length > limits.textLength) {
    throw new HoconError('limit', origin, `a text is longer than ${limits.textLength} characters`);
  }
  const quoted = parts.some((part) => part.kind === 'string' && part.quoted);
  return { kind: 'string', value, quoted, origin };
}

function scalarOf(part: HoconValue, origin: Origin): HoconScalar {
  if (part.kind !== 'array' && part.kind !== 'object') return part;
  const noun = part.kind === 'array' ? 'a list' : 'an object';
  throw new HoconError('type', origin, `${noun} cannot be joined with something of another kind`);
}

/** White space between the parts of a value. */
function isBlank(value: HoconValue): boolean {
  return value.kind === 'string' && !value.quoted && value.value.trim() === '';
}

function isObject(value: HoconValue): value is HoconObject {
  return value.kind === 'object';
}

function isArray(value: HoconValue): value is HoconArray {
  return value.kind === 'array';
}

function emptyObject(origin: Origin): HoconObject {
  return { kind: 'object', fields: new Map(), origin };
}
