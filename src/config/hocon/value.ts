import type { Origin } from './origin.ts';

/** A resolved value. Objects are maps, so no key can reach a prototype. */
export type HoconValue = HoconScalar | HoconArray | HoconObject;

export type HoconScalar =
  | {
      readonly kind: 'string';
      readonly value: string;
      /** Some part stood in quotes: nothing was substituted in that part. */
      readonly quoted: boolean;
      readonly origin: Origin;
    }
  | {
      readonly kind: 'number';
      readonly value: number;
      /** As written: `007`, `1.0`. */
      readonly text: string;
      readonly origin: Origin;
    }
  | { readonly kind: 'boolean'; readonly value: boolean; readonly origin: Origin }
  | { readonly kind: 'null'; readonly origin: Origin };

export type HoconArray = {
  readonly kind: 'array';
  readonly items: readonly HoconValue[];
  readonly origin: Origin;
};

export type HoconObject = {
  readonly kind: 'object';
  readonly fields: ReadonlyMap<string, HoconValue>;
  readonly origin: Origin;
};

/** The text a scalar contributes to a joined text. */
export function scalarText(value: HoconScalar): string {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'null':
      return 'null';
  }
}

/** The value at a path of plain keys, if every step exists. */
export function valueAt(root: HoconValue, path: readonly string[]): HoconValue | undefined {
  let value: HoconValue | undefined = root;
  for (const key of path) {
    if (value?.kind !== 'object') return undefined;
    value = value.fields.get(key);
  }
  return value;
}

/** `above` laid over `below`: objects merge key by key, anything else replaces. */
export function mergeValues(above: HoconValue, below: HoconValue): HoconValue {
  if (above.kind !== 'object' || below.kind !== 'object') return above;
  const fields = new Map(below.fields);
  for (const [key, value] of above.fields) {
    const under = below.fields.get(key);
    fields.set(key, under ? mergeValues(value, under) : value);
  }
  return { ...above, fields };
}
