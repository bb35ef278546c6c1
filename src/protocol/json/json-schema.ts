import { z } from 'zod';
import type { IntegerRange } from '../xml/element-reader.ts';
import { maxStringLength } from '../xml/element-reader.ts';

/** Building blocks of the JSON binding, whose writers put numbers and booleans into strings at times (colibri2.md §1.5). */

export const text = z.string().max(maxStringLength);

export const requiredText = text.refine((value) => value.trim() !== '', 'must not be blank');

/** A whole number, or its decimal digits as a string. */
export function integer({ min, max }: IntegerRange) {
  return z
    .union([
      z.number(),
      z
        .string()
        .regex(/^-?\d{1,15}$/)
        .transform(Number),
    ])
    .pipe(z.int().min(min).max(max));
}

/** A boolean, or a string by the rule of XML: `true` in any letter case. */
export const boolean = z.union([
  z.boolean(),
  text.transform((value) => value.toLowerCase() === 'true'),
]);

/** One of `values`, in any letter case. */
export function oneOf<const T extends readonly string[]>(values: T) {
  return text.transform((value) => value.toLowerCase()).pipe(z.enum(values));
}

/** An array of which what exceeds `max` is ignored: for lists a client wrote. */
export function firstOf<T extends z.ZodType>(item: T, max: number) {
  return z
    .array(z.unknown())
    .transform((all) => all.slice(0, max))
    .pipe(z.array(item));
}

export function list<T extends z.ZodType>(item: T, max: number) {
  return z.array(item).max(max).default([]);
}
