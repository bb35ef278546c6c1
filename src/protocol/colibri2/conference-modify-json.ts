import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { endpointId, meetingId } from '../../model/ids.ts';
import type { DecodeError } from '../xml/decode-error.ts';
import {
  mucRoles,
  type ConferenceModify,
  type Connect,
  type EndpointModify,
  type RelayModify,
} from './conference-modify.ts';
import { decodeWith } from '../json/decode-json.ts';
import { boolean, integer, list, oneOf, requiredText, text } from '../json/json-schema.ts';
import { limits, range } from './limits.ts';
import { media, mediaJson } from './media-json.ts';
import { sources, sourcesJson } from './sources-json.ts';
import { transport, transportJson } from './transport-json.ts';

const endpoint = z
  .object({
    id: requiredText.transform(endpointId),
    create: boolean.default(false),
    expire: boolean.default(false),
    'stats-id': text.optional(),
    'muc-role': oneOf(mucRoles).optional(),
    medias: list(media, limits.medias),
    transport: transport.optional(),
    sources: sources.optional(),
    'force-mute': z
      .object({ audio: boolean.default(false), video: boolean.default(false) })
      .optional(),
    'initial-last-n': z.object({ value: integer(range.lastN) }).optional(),
    capabilities: list(requiredText, limits.capabilities),
  })
  .transform((value): EndpointModify =>
    withoutUndefined({
      id: value.id,
      create: value.create,
      expire: value.expire,
      statsId: value['stats-id']?.slice(0, limits.statsIdLength),
      mucRole: value['muc-role'],
      media: value.medias,
      transport: value.transport,
      sources: value.sources,
      forceMute: value['force-mute'],
      initialLastN: value['initial-last-n']?.value,
      capabilities: value.capabilities,
    }),
  );

const relay = z.object({
  id: requiredText,
  create: boolean.default(false),
  expire: boolean.default(false),
});

const connect = z
  .object({ id: text.optional(), type: text.optional() })
  .transform((value): Connect => withoutUndefined(value));

const conferenceModify = z
  .object({
    'meeting-id': requiredText.transform(meetingId),
    name: text.optional(),
    create: boolean.default(false),
    expire: boolean.default(false),
    'rtcstats-enabled': boolean.default(true),
    endpoints: list(endpoint, limits.endpoints),
    relays: list(relay, limits.relays),
    connects: z.array(connect).max(limits.connects).optional(),
  })
  .transform((value): ConferenceModify =>
    withoutUndefined({
      meetingId: value['meeting-id'],
      name: value.name,
      create: value.create,
      expire: value.expire,
      rtcstatsEnabled: value['rtcstats-enabled'],
      endpoints: value.endpoints,
      relays: value.relays,
      connects: value.connects,
    }),
  );

/** Reads the body of a REST request, already parsed as JSON (colibri2.md §1.5); unknown members are ignored. */
export function decodeConferenceModifyJson(body: unknown): Result<ConferenceModify, DecodeError> {
  return decodeWith(conferenceModify, body, 'conference-modify');
}

export function encodeConferenceModifyJson(request: ConferenceModify): object {
  const { endpoints, relays, connects } = request;
  return withoutUndefined({
    'meeting-id': request.meetingId,
    name: request.name,
    create: request.create || undefined,
    expire: request.expire || undefined,
    'rtcstats-enabled': request.rtcstatsEnabled ? undefined : false,
    endpoints: endpoints.length === 0 ? undefined : endpoints.map(endpointJson),
    relays: relays.length === 0 ? undefined : relays.map((item) => relayJson(item)),
    connects,
  });
}

function endpointJson(value: EndpointModify): object {
  return withoutUndefined({
    id: value.id,
    create: value.create || undefined,
    expire: value.expire || undefined,
    'stats-id': value.statsId,
    'muc-role': value.mucRole,
    medias: value.media.length === 0 ? undefined : value.media.map(mediaJson),
    transport: value.transport && transportJson(value.transport),
    sources: value.sources && sourcesJson(value.sources),
    'force-mute': value.forceMute,
    'initial-last-n': value.initialLastN === undefined ? undefined : { value: value.initialLastN },
    capabilities: value.capabilities.length === 0 ? undefined : value.capabilities,
  });
}

function relayJson({ id, create, expire }: RelayModify): object {
  return withoutUndefined({ id, create: create || undefined, expire: expire || undefined });
}
