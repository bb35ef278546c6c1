import { scalarText, type HoconValue } from '../hocon/value.ts';
import type { Assignment, Assignments } from '../sources/assignment.ts';

/** The texts below `value` by their dotted path: properties that were written as HOCON. */
export function flattenTexts(value: HoconValue, path: string): Assignments {
  const texts = new Map<string, Assignment>();
  if (value.kind === 'object') {
    for (const [key, field] of value.fields) {
      for (const [name, text] of flattenTexts(field, `${path}.${key}`)) texts.set(name, text);
    }
  } else if (value.kind !== 'array' && value.kind !== 'null') {
    texts.set(path, { text: scalarText(value), origin: value.origin });
  }
  return texts;
}
