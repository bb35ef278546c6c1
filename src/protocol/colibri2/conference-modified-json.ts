import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { endpointId } from '../../model/ids.ts';
import type { DecodeError } from '../xml/decode-error.ts';
import type { ConferenceModified, EndpointModified } from './conference-modified.ts';
import { decodeWith } from '../json/decode-json.ts';
import { boolean, list, requiredText } from '../json/json-schema.ts';
import { limits } from './limits.ts';
import { sources, sourcesJson } from './sources-json.ts';
import { transport, transportJson } from './transport-json.ts';

const endpoint = z
  .object({
    id: requiredText.transform(endpointId),
    expire: boolean.default(false),
    transport: transport.optional(),
  })
  .transform((value): EndpointModified =>
    withoutUndefined({
      id: value.id,
      expire: value.expire,
      transport:
        value.transport &&
        withoutUndefined({ ice: value.transport.ice, sctp: value.transport.sctp }),
    }),
  );

const conferenceModified = z
  .object({ endpoints: list(endpoint, limits.endpoints), sources: sources.optional() })
  .transform((value): ConferenceModified => withoutUndefined(value));

/** Reads a bridge's answer, for those who play the focus. */
export function decodeConferenceModifiedJson(
  body: unknown,
): Result<ConferenceModified, DecodeError> {
  return decodeWith(conferenceModified, body, 'conference-modified');
}

export function encodeConferenceModifiedJson(answer: ConferenceModified): object {
  const { endpoints } = answer;
  return withoutUndefined({
    endpoints:
      endpoints.length === 0
        ? undefined
        : endpoints.map((value) =>
            withoutUndefined({
              id: value.id,
              expire: value.expire || undefined,
              transport: value.transport && transportJson(value.transport),
            }),
          ),
    sources: answer.sources && sourcesJson(answer.sources),
  });
}
