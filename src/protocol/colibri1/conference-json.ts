import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { ssrc, type Ssrc } from '../../model/ids.ts';
import { ice, iceJson } from '../jingle/ice-transport-json.ts';
import { limits as jingleLimits } from '../jingle/limits.ts';
import { payloadType, payloadTypeJson } from '../jingle/payload-type-json.ts';
import type { SsrcGroup } from '../jingle/source-encodings.ts';
import { decodeWith } from '../json/decode-json.ts';
import { boolean, firstOf, integer, list, oneOf, requiredText, text } from '../json/json-schema.ts';
import type { DecodeError } from '../xml/decode-error.ts';
import { localpart } from './conference-xml.ts';
import {
  type AnnouncedSource,
  type Bundle,
  type Channel,
  type ConferenceDescription,
  type Content,
  defaultSctpPort,
  directions,
  type EndpointNames,
  type Handle,
  relayTypes,
  type SctpConnection,
} from './conference.ts';
import { limits, range } from './limits.ts';
import { acceptableExtension, acceptablePayloadType } from './offered-media.ts';

// The JSON twin of colibri1.md §1.16: the same tree with plural names.

const noSource = -1;

/** Java's signed spelling is accepted; 0 is nobody's. */
const ssrcNumber = integer({ min: -0x8000_0000, max: 0xffff_ffff }).transform((value) => {
  return value === 0 || value === noSource ? undefined : ssrc(value >>> 0);
});

const ssrcs = z
  .array(ssrcNumber)
  .default([])
  .transform((all) => all.filter((value) => value !== undefined));

const source = ssrcNumber.transform((value): AnnouncedSource => {
  return withoutUndefined({ ssrc: value, screen: false });
});

const group = z
  .object({ semantics: requiredText, sources: ssrcs })
  .transform((value): SsrcGroup => ({
    semantics: value.semantics.toUpperCase(),
    ssrcs: value.sources,
  }));

const extension = z
  .object({ id: integer({ min: 0, max: 255 }), uri: text })
  .transform(({ id, uri }) => acceptableExtension(id, uri));

const handleMembers = {
  id: text.optional(),
  endpoint: text.optional(),
  'channel-bundle-id': text.optional(),
  expire: integer(range.expire).optional(),
  initiator: boolean.optional(),
  transport: ice.optional(),
};

type HandleMembers = z.output<z.ZodObject<typeof handleMembers>>;

function handle(value: HandleMembers): Handle {
  return withoutUndefined({
    id: value.id === '' ? undefined : value.id,
    endpoint: value.endpoint === '' ? undefined : value.endpoint,
    bundle: value['channel-bundle-id'] === '' ? undefined : value['channel-bundle-id'],
    expireSeconds: value.expire === -1 ? undefined : value.expire,
    initiator: value.initiator,
    transport: value.transport,
  });
}

const channel = z
  .object({
    ...handleMembers,
    type: text.optional(),
    direction: oneOf(directions).default('sendrecv'),
    'last-n': integer(range.lastN).optional(),
    'rtp-level-relay-type': oneOf(relayTypes).optional(),
    'payload-types': list(payloadType, jingleLimits.payloadTypes),
    'rtp-hdrexts': list(extension, jingleLimits.headerExtensions),
    sources: firstOf(source, limits.sources).default([]),
    'ssrc-groups': firstOf(group, limits.groups).default([]),
    ssrcs,
  })
  .transform((value): Channel =>
    withoutUndefined({
      ...handle(value),
      octo: value.type === 'octo',
      direction: value.direction,
      lastN: value['last-n'],
      relayType: value['rtp-level-relay-type'],
      payloadTypes: value['payload-types']
        .map(acceptablePayloadType)
        .filter((item) => item !== undefined),
      headerExtensions: value['rtp-hdrexts'].filter((item) => item !== undefined),
      sources: value.sources,
      groups: value['ssrc-groups'],
      ssrcs: value.ssrcs,
    }),
  );

const sctpConnection = z
  .object({ ...handleMembers, port: integer(range.port).default(defaultSctpPort) })
  .transform((value): SctpConnection => ({ ...handle(value), port: value.port }));

const content = z
  .object({
    name: requiredText,
    channels: list(channel, limits.handles),
    sctpconnections: list(sctpConnection, limits.handles),
  })
  .transform((value): Content => ({
    name: value.name,
    channels: value.channels,
    sctpConnections: value.sctpconnections,
  }));

const bundle = z
  .object({ id: requiredText, transport: ice.optional() })
  .transform((value): Bundle => withoutUndefined(value));

const endpoint = z
  .object({ id: requiredText, displayname: text.optional(), 'stats-id': text.optional() })
  .transform((value): EndpointNames =>
    withoutUndefined({
      id: value.id,
      displayName: value.displayname,
      statsId: value['stats-id']?.slice(0, limits.statsIdLength),
    }),
  );

const conference = z
  .object({
    id: text.optional(),
    gid: text.optional(),
    name: text.optional(),
    contents: list(content, limits.contents),
    'channel-bundles': list(bundle, limits.bundles),
    endpoints: list(endpoint, limits.endpoints),
    'graceful-shutdown': z.unknown().optional(),
  })
  .refine(({ name }) => name === undefined || localpart.test(name.split('@', 1)[0] ?? ''), {
    path: ['name'],
    message: 'is no localpart of a JID',
  })
  .transform((value): ConferenceDescription =>
    withoutUndefined({
      id: value.id === '' ? undefined : value.id,
      gid: value.gid,
      name: value.name,
      contents: value.contents,
      bundles: value['channel-bundles'],
      endpoints: value.endpoints,
      gracefulShutdown: value['graceful-shutdown'] !== undefined,
    }),
  );

/** Reads a body that was parsed as JSON; unknown members are ignored. */
export function decodeConferenceJson(body: unknown): Result<ConferenceDescription, DecodeError> {
  return decodeWith(conference, body, 'conference');
}

export function encodeConferenceJson(value: ConferenceDescription): object {
  const { id, gid, name, contents, bundles, endpoints, gracefulShutdown } = value;
  return withoutUndefined({
    id,
    gid,
    name,
    contents: nonEmpty(contents.map(contentJson)),
    'channel-bundles': nonEmpty(
      bundles.map((item) =>
        withoutUndefined({ id: item.id, transport: item.transport && iceJson(item.transport) }),
      ),
    ),
    endpoints: nonEmpty(
      endpoints.map((item) =>
        withoutUndefined({
          id: item.id,
          displayname: item.displayName,
          'stats-id': item.statsId,
        }),
      ),
    ),
    'graceful-shutdown': gracefulShutdown ? {} : undefined,
  });
}

function contentJson({ name, channels, sctpConnections }: Content): object {
  return withoutUndefined({
    name,
    channels: nonEmpty(channels.map(channelJson)),
    sctpconnections: nonEmpty(
      sctpConnections.map((item) => ({ ...handleJson(item), port: item.port })),
    ),
  });
}

function channelJson(value: Channel): object {
  const { octo, direction, lastN, relayType, payloadTypes, sources, groups, ssrcs: known } = value;
  return withoutUndefined({
    ...handleJson(value),
    type: octo ? 'octo' : undefined,
    direction: direction === 'sendrecv' ? undefined : direction,
    'last-n': lastN,
    'rtp-level-relay-type': relayType,
    'payload-types': nonEmpty(payloadTypes.map(payloadTypeJson)),
    'rtp-hdrexts': nonEmpty(value.headerExtensions),
    sources: nonEmpty(sources.map((item) => item.ssrc ?? noSource)),
    'ssrc-groups': nonEmpty(
      groups.map(({ semantics, ssrcs: members }) => ({ semantics, sources: members })),
    ),
    ssrcs: nonEmpty<Ssrc>(known),
  });
}

function handleJson(value: Handle): object {
  return withoutUndefined({
    id: value.id,
    endpoint: value.endpoint,
    'channel-bundle-id': value.bundle,
    expire: value.expireSeconds,
    initiator: value.initiator,
    transport: value.transport && iceJson(value.transport),
  });
}

function nonEmpty<T>(items: readonly T[]): readonly T[] | undefined {
  return items.length === 0 ? undefined : items;
}
