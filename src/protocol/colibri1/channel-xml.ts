import { withoutUndefined } from '../../base/without-undefined.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { ssrc, type Ssrc } from '../../model/ids.ts';
import type { HeaderExtension, PayloadType } from '../../model/media-description.ts';
import { uint32 } from '../jingle/attributes.ts';
import { decodeIceTransport, encodeIceTransport } from '../jingle/ice-transport.ts';
import { limits as jingleLimits } from '../jingle/limits.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { decodePayloadTypeIn, encodePayloadTypeIn } from '../jingle/payload-type.ts';
import type { SsrcGroup } from '../jingle/source-encodings.ts';
import { encodeSsrcGroup } from '../jingle/source-group.ts';
import { decoding } from '../xml/decode-error.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import {
  type AnnouncedSource,
  type Channel,
  defaultSctpPort,
  directions,
  type Handle,
  relayTypes,
  type SctpConnection,
} from './conference.ts';
import { limits, range } from './limits.ts';
import { acceptableExtension, acceptablePayloadType } from './offered-media.ts';

const { colibri, ssma } = namespaces;

export function decodeChannel(reader: ElementReader): Channel {
  return withoutUndefined({
    ...decodeHandle(reader),
    octo: reader.optional('type') === 'octo',
    direction: reader.oneOf('direction', directions) ?? 'sendrecv',
    lastN: reader.integer('last-n', range.lastN),
    relayType: reader.oneOf('rtp-level-relay-type', relayTypes),
    payloadTypes: reader
      .children('payload-type', colibri, jingleLimits.payloadTypes)
      .map(decodePayloadType)
      .filter((payloadType) => payloadType !== undefined),
    headerExtensions: reader
      .children('rtp-hdrext', colibri, jingleLimits.headerExtensions)
      .map(decodeExtension)
      .filter((extension) => extension !== undefined),
    sources: reader
      .firstChildren('source', ssma, limits.sources)
      .map(decodeSource)
      .filter((source) => source !== undefined),
    groups: reader
      .firstChildren('ssrc-group', ssma, limits.groups)
      .map(decodeGroup)
      .filter((group) => group !== undefined),
    ssrcs: reader
      .firstChildren('ssrc', colibri, limits.ssrcs)
      .map((child) => readSsrc(child.text()))
      .filter((value) => value !== undefined),
  });
}

export function encodeChannel(channel: Channel): XmlElement {
  const { direction, payloadTypes, headerExtensions, sources, groups, ssrcs, transport } = channel;
  return element(
    'channel',
    {
      ...handleAttributes(channel),
      type: channel.octo ? 'octo' : undefined,
      direction: direction === 'sendrecv' ? undefined : direction,
      'last-n': channel.lastN,
      'rtp-level-relay-type': channel.relayType,
    },
    [
      ...payloadTypes.map((payloadType) => encodePayloadTypeIn(colibri, payloadType)),
      ...headerExtensions.map(({ id, uri }) => element('rtp-hdrext', { id, uri })),
      ...sources.map(encodeSource),
      ...groups.map(encodeSsrcGroup),
      ...ssrcs.map((value) => element('ssrc', {}, [String(value)])),
      ...(transport ? [encodeIceTransport(transport)] : []),
    ],
  );
}

export function decodeSctp(reader: ElementReader): SctpConnection {
  return {
    ...decodeHandle(reader),
    port: reader.integer('port', range.port) ?? defaultSctpPort,
  };
}

export function encodeSctp(connection: SctpConnection): XmlElement {
  const { port, transport } = connection;
  return element(
    'sctpconnection',
    { ...handleAttributes(connection), port },
    transport ? [encodeIceTransport(transport)] : [],
  );
}

function decodeHandle(reader: ElementReader): Handle {
  const expireSeconds = reader.integer('expire', range.expire);
  const transport = reader.child('transport', namespaces.ice);
  const initiator = reader.optional('initiator');
  return withoutUndefined({
    id: nonEmpty(reader.optional('id')),
    endpoint: nonEmpty(reader.optional('endpoint')),
    bundle: nonEmpty(reader.optional('channel-bundle-id')),
    expireSeconds: expireSeconds === -1 ? undefined : expireSeconds,
    initiator: initiator === undefined ? undefined : initiator.toLowerCase() === 'true',
    transport: transport && decodeIceTransport(transport),
  });
}

function handleAttributes(handle: Handle) {
  return {
    id: handle.id,
    endpoint: handle.endpoint,
    'channel-bundle-id': handle.bundle,
    expire: handle.expireSeconds,
    initiator: handle.initiator,
  };
}

/** From a client's answer that its focus passed on: one that makes no sense is left out. */
function decodePayloadType(reader: ElementReader): PayloadType | undefined {
  const decoded = decoding(() => decodePayloadTypeIn(colibri, reader));
  return decoded.ok ? acceptablePayloadType(decoded.value) : undefined;
}

function decodeExtension(reader: ElementReader): HeaderExtension | undefined {
  const id = uint32(reader.tolerant('id'));
  return acceptableExtension(id, reader.tolerant('uri'));
}

function decodeSource(reader: ElementReader): AnnouncedSource | undefined {
  const written = reader.tolerant('ssrc');
  const info = reader.child('ssrc-info', namespaces.jitmeet);
  const screen = info?.tolerant('video-type') === 'screen';
  if (written === undefined) return reader.tolerant('rid') === undefined ? { screen } : undefined;
  const value = readSsrc(written);
  return value === undefined ? undefined : { ssrc: value, screen };
}

function encodeSource(source: AnnouncedSource): XmlElement {
  const info = element('ssrc-info', { xmlns: namespaces.jitmeet, 'video-type': 'screen' });
  return element('source', { xmlns: ssma, ssrc: source.ssrc }, source.screen ? [info] : []);
}

function decodeGroup(reader: ElementReader): SsrcGroup | undefined {
  const semantics = reader.tolerant('semantics')?.toUpperCase() ?? '';
  if (semantics === '') return undefined;
  return {
    semantics,
    ssrcs: reader
      .firstChildren('source', ssma, limits.ssrcs)
      .map((source) => readSsrc(source.tolerant('ssrc')))
      .filter((value) => value !== undefined),
  };
}

function readSsrc(text: string | undefined): Ssrc | undefined {
  const value = uint32(text);
  return value === undefined || value === 0 ? undefined : ssrc(value);
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
