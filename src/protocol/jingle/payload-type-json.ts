import { z } from 'zod';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { PayloadType } from '../../model/media-description.ts';
import { integer, list, requiredText, text } from '../json/json-schema.ts';
import { limits, range } from './limits.ts';

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

export const payloadType = z
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

export function payloadTypeJson(payloadType: PayloadType): object {
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
