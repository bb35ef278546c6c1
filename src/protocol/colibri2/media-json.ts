import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import { limits, range } from '../jingle/limits.ts';
import { payloadType, payloadTypeJson } from '../jingle/payload-type-json.ts';
import { integer, list, requiredText } from '../json/json-schema.ts';

const headerExtension = z.object({ uri: requiredText, id: integer(range.headerExtension) });

/** One item of `medias`. Upstream's reader takes any boolean for a raised `extmap-allow-mixed`, so `false` lowers nothing there. */
export const media = z
  .object({
    type: z.enum(['audio', 'video']),
    'payload-types': list(payloadType, limits.payloadTypes),
    'rtp-hdrexts': list(headerExtension, limits.headerExtensions),
    'extmap-allow-mixed': z.boolean().optional(),
  })
  .transform((value): MediaDescription => ({
    kind: value.type,
    payloadTypes: value['payload-types'],
    headerExtensions: value['rtp-hdrexts'],
    extmapAllowMixed: value['extmap-allow-mixed'] === true,
  }));

export function mediaJson(description: MediaDescription): object {
  const { kind, payloadTypes, headerExtensions, extmapAllowMixed } = description;
  return withoutUndefined({
    type: kind,
    'payload-types': payloadTypes.map(payloadTypeJson),
    'rtp-hdrexts': headerExtensions.map(({ id, uri }) => ({ id, uri })),
    'extmap-allow-mixed': extmapAllowMixed || undefined,
  });
}
