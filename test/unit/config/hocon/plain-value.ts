import type { HoconValue } from '../../../../src/config/hocon/value.ts';

/** A HOCON value as what JSON.parse would give, for comparing. */
export function plainValue(value: HoconValue): unknown {
  switch (value.kind) {
    case 'null':
      return null;
    case 'array':
      return value.items.map(plainValue);
    case 'object': {
      const entries = [...value.fields].map(([key, field]) => [key, plainValue(field)] as const);
      return Object.fromEntries(entries);
    }
    default:
      return value.value;
  }
}
