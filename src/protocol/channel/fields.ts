import { z } from 'zod';
import { endpointId, sourceName, ssrc as brandSsrc } from '../../model/ids.ts';
import { videoTypes } from '../../model/source.ts';
import { limits } from './limits.ts';

// Field types the messages share. Brands are put on here: the form is checked.

const name = z.string().min(1).max(limits.nameLength);

export const source = name.transform(sourceName);
export const endpoint = name.transform(endpointId);
export const sources = z.array(source).max(limits.names);
export const ssrc = z.int().min(1).max(0xffff_ffff).transform(brandSsrc);

/** Any letter case: clients write lower, JVB writes upper. */
export const videoType = z
  .string()
  .transform((value) => value.toLowerCase())
  .pipe(z.enum(videoTypes));

/** -1 = no limit, 0 = never; below is malformed, above unbounded: 100000 means "no limit" to jitsi-meet. */
export const maxHeight = z.int().min(-1);

/** 32 bits, as peers have it. */
export const int32 = z.int32();

export const constraints = z.object({
  maxHeight,
  maxFrameRate: z.number().nullish(),
});
