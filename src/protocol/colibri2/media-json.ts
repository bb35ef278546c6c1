import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { MediaDescription, PayloadType } from '../../model/media-description.ts';
import { limits, range } from '../jingle/limits.ts';
import { integer, list, requiredText, text } from './json-schema.ts';

/** The key of a parameter that has no name. */
const nameless = 'null';

const parameters = z
  .looseObject({})
  .transform((members) => Object.entries(members))
  .pipe(
    z.array(z.tuple([text, z.union([text, z.number().transform(String)])])).max(limits.parameters),
  )
  .transform((members): Readonly<Record<string, string>> =>
    Object.fromEntries(members.map(([name, value]) => [name === nameless ? '' : name, value])),
  );

const feedback = z
  .object({ type: requiredText, subtype: text.optional() })
  .transform((value) => withoutUndefined(value));

const payloadType = z
  .object({
    id: integer(range.payloadType),
    name: requiredText,
    clockrate: integer(range.clockRate),
    channels: integer(range.channels).default(1),
    parameters: parameters.default({}),
    'rtcp-fbs': list(feedback, limits.feedbacks),
  })
  .transform(({ clockrate, 'rtcp-fbs': feedbacks, ...rest }): PayloadType => ({
    ...rest,
    clockRateHz: clockrate,
    feedback: feedbacks,
  }));

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

function payloadTypeJson(payloadType: PayloadType): object {
  const { id, name, clockRateHz, channels, feedback: feedbacks } = payloadType;
  const entries = Object.entries(payloadType.parameters);
  return withoutUndefined({
    id,
    name,
    clockrate: clockRateHz,
    channels: channels === 1 ? undefined : channels,
    parameters:
      entries.length === 0
        ? undefined
        : Object.fromEntries(entries.map(([key, value]) => [key === '' ? nameless : key, value])),
    'rtcp-fbs': feedbacks.length === 0 ? undefined : feedbacks,
  });
}
