import type { Result } from '../../base/result.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { endpointId, meetingId } from '../../model/ids.ts';
import { decoding, type DecodeError } from '../xml/decode-error.ts';
import { element, flag } from '../xml/element.ts';
import { ElementReader } from '../xml/element-reader.ts';
import {
  mucRoles,
  type ConferenceModify,
  type Connect,
  type EndpointModify,
  type RelayModify,
} from './conference-modify.ts';
import { limits, range } from './limits.ts';
import { decodeMedia, encodeMedia } from './media-xml.ts';
import { colibri2 } from './namespace.ts';
import { decodeSources, encodeSources } from './sources-xml.ts';
import { decodeTransport, encodeTransport } from './transport-xml.ts';

/** Reads `<conference-modify>`; unknown elements and attributes are ignored (colibri2.md §1.2). */
export function decodeConferenceModify(request: XmlElement): Result<ConferenceModify, DecodeError> {
  return decoding(() => {
    const reader = ElementReader.root(request);
    if (!reader.is('conference-modify', colibri2)) reader.fail(`is no ${colibri2} request`);
    const connects = reader.child('connects', colibri2);
    return withoutUndefined({
      meetingId: meetingId(reader.required('meeting-id')),
      name: reader.optional('name'),
      create: reader.boolean('create'),
      expire: reader.boolean('expire'),
      rtcstatsEnabled: reader.boolean('rtcstats-enabled', true),
      endpoints: reader.children('endpoint', colibri2, limits.endpoints).map(decodeEndpoint),
      relays: reader.children('relay', colibri2, limits.relays).map(decodeRelay),
      connects: connects?.children('connect', colibri2, limits.connects).map(decodeConnect),
    });
  });
}

export function encodeConferenceModify(request: ConferenceModify): XmlElement {
  const { connects } = request;
  return element(
    'conference-modify',
    {
      xmlns: colibri2,
      'meeting-id': request.meetingId,
      name: request.name,
      create: flag(request.create),
      expire: flag(request.expire),
      'rtcstats-enabled': request.rtcstatsEnabled ? undefined : false,
    },
    [
      ...request.endpoints.map(encodeEndpoint),
      ...request.relays.map(({ id, create, expire }) =>
        element('relay', { id, create: flag(create), expire: flag(expire) }),
      ),
      ...(connects
        ? [
            element(
              'connects',
              {},
              connects.map((connect) => element('connect', connect)),
            ),
          ]
        : []),
    ],
  );
}

function decodeEndpoint(reader: ElementReader): EndpointModify {
  const transport = reader.child('transport', colibri2);
  const sources = reader.child('sources', colibri2);
  const forceMute = reader.child('force-mute', colibri2);
  return withoutUndefined({
    id: endpointId(reader.required('id')),
    create: reader.boolean('create'),
    expire: reader.boolean('expire'),
    statsId: reader.tolerant('stats-id')?.slice(0, limits.statsIdLength),
    mucRole: reader.oneOf('muc-role', mucRoles),
    media: reader.children('media', colibri2, limits.medias).map(decodeMedia),
    transport: transport && decodeTransport(transport),
    sources: sources && decodeSources(sources),
    forceMute: forceMute && {
      audio: forceMute.boolean('audio'),
      video: forceMute.boolean('video'),
    },
    initialLastN: reader.child('initial-last-n', colibri2)?.requiredInteger('value', range.lastN),
    capabilities: reader
      .children('capability', colibri2, limits.capabilities)
      .map((capability) => capability.required('name')),
  });
}

function encodeEndpoint(endpoint: EndpointModify): XmlElement {
  const { transport, sources, forceMute, initialLastN } = endpoint;
  return element(
    'endpoint',
    {
      id: endpoint.id,
      create: flag(endpoint.create),
      expire: flag(endpoint.expire),
      'stats-id': endpoint.statsId,
      'muc-role': endpoint.mucRole,
    },
    [
      ...endpoint.media.map(encodeMedia),
      ...(transport ? [encodeTransport(transport)] : []),
      ...(sources ? [encodeSources(sources)] : []),
      ...(forceMute
        ? [
            element('force-mute', {
              audio: flag(forceMute.audio),
              video: flag(forceMute.video),
            }),
          ]
        : []),
      ...(initialLastN === undefined ? [] : [element('initial-last-n', { value: initialLastN })]),
      ...endpoint.capabilities.map((name) => element('capability', { name })),
    ],
  );
}

function decodeRelay(reader: ElementReader): RelayModify {
  return {
    id: reader.required('id'),
    create: reader.boolean('create'),
    expire: reader.boolean('expire'),
  };
}

function decodeConnect(reader: ElementReader): Connect {
  return withoutUndefined({ id: reader.tolerant('id'), type: reader.tolerant('type') });
}
