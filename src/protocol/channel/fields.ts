import { z } from 'zod';
import { endpointId, sourceName, ssrc as brandSsrc } from '../../model/ids.ts';
import { videoTypes } from '../../model/source.ts';
import { limits } from './limits.ts';

// Field types the messages share. Brands are put on here: the form is checked.

const name = z.string().min(1).max(limits.nameLength);

export const source = name.transform(sourceName);
export const endpoint = name.transform(endpointId);

/** Blank entries and nulls, which a client sends when there is nobody on stage, are left out. */
export const sources = z
  .array(z.string().max(limits.nameLength).nullable())
  .max(limits.names)
  .transform((names) => names.flatMap((each) => (each ? [sourceName(each)] : [])));

export const ssrc = z.int().min(1).max(0xffff_ffff).transform(brandSsrc);

/** Any letter case: clients write lower, JVB writes upper. */
export const videoType = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.enum(videoTypes));

/** JVB's reader takes numbers from strings and cuts fractions off, and clients may have come to rely on it. */
const number = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d{1,15}(?:\.\d{1,15})?$/)
    .transform(Number),
]);
const whole = number.transform((value) => Math.trunc(value) + 0); // + 0: no negative zero

export const int32 = whole.pipe(z.int32());
export const int53 = whole.pipe(z.int());

/** -1 = no limit, 0 = never; below is malformed, above unbounded: 100000 means "no limit" to jitsi-meet. */
export const maxHeight = whole.pipe(z.int().min(-1));

/** Without a height nothing is wanted, as JVB has it. */
export const constraints = z.object({
  maxHeight: maxHeight.default(0),
  maxFrameRate: number.nullish(),
});

/** By source name; entries that are null are left out. */
export const constraintsMap = z
  .looseObject({})
  .transform((members) => Object.entries(members).filter(([, value]) => value !== null))
  .pipe(z.array(z.tuple([z.string().max(limits.nameLength), constraints])).max(limits.names))
  .transform((entries) => new Map(entries.map(([key, value]) => [sourceName(key), value])));
