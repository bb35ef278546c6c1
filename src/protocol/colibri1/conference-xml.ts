import type { Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import {
  decodeIceTransport,
  encodeIceTransport,
  type IceTransport,
} from '../jingle/ice-transport.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { decoding, type DecodeError } from '../xml/decode-error.ts';
import { element } from '../xml/element.ts';
import { ElementReader } from '../xml/element-reader.ts';
import { decodeChannel, decodeSctp, encodeChannel, encodeSctp } from './channel-xml.ts';
import type { Bundle, ConferenceDescription, Content, EndpointNames } from './conference.ts';
import { limits } from './limits.ts';

const { colibri } = namespaces;

/** A JID's localpart (RFC 7622 §3.3.1), roughly. */
export const localpart = /^[^\s"&'/:<>@]{1,1023}$/;

/** Reads `<conference>`; what nobody here knows is skipped (colibri1.md §1.15). */
export function decodeConference(root: XmlElement): Result<ConferenceDescription, DecodeError> {
  return decoding(() => {
    const reader = ElementReader.root(root);
    if (!reader.is('conference', colibri)) reader.fail(`is no ${colibri} request`);
    const name = reader.optional('name');
    // Later dialects write the whole room.
    if (name !== undefined && !localpart.test(name.split('@', 1)[0] ?? '')) {
      reader.fail('is no localpart of a JID', 'name');
    }
    return withoutUndefined({
      id: nonEmpty(reader.optional('id')),
      gid: reader.optional('gid'),
      name,
      contents: reader.children('content', colibri, limits.contents).map(decodeContent),
      bundles: reader
        .children('channel-bundle', colibri, limits.bundles)
        .map(decodeBundle)
        .filter((bundle) => bundle !== undefined),
      endpoints: reader.children('endpoint', colibri, limits.endpoints).map(decodeEndpoint),
      gracefulShutdown: reader.child('graceful-shutdown', colibri) !== undefined,
    });
  });
}

export function encodeConference(conference: ConferenceDescription): XmlElement {
  const { id, gid, name, contents, bundles, endpoints, gracefulShutdown } = conference;
  return element('conference', { xmlns: colibri, id, gid, name }, [
    ...contents.map((content) =>
      element('content', { name: content.name }, [
        ...content.channels.map(encodeChannel),
        ...content.sctpConnections.map(encodeSctp),
      ]),
    ),
    ...bundles.map((bundle) =>
      element('channel-bundle', { id: bundle.id }, encodedTransports(bundle.transport)),
    ),
    ...endpoints.map((endpoint) =>
      element('endpoint', {
        id: endpoint.id,
        displayname: endpoint.displayName,
        'stats-id': endpoint.statsId,
      }),
    ),
    ...(gracefulShutdown ? [encodeGracefulShutdown()] : []),
  ]);
}

/** Stands in answers while the bridge is shutting down, and inside the error that refuses a new conference. */
export function encodeGracefulShutdown(): XmlElement {
  return element('graceful-shutdown', { xmlns: colibri });
}

function decodeContent(reader: ElementReader): Content {
  return {
    name: reader.required('name'),
    channels: reader.children('channel', colibri, limits.handles).map(decodeChannel),
    // With neither id nor endpoint it is dropped where it is read (colibri1.md §1.8).
    sctpConnections: reader
      .children('sctpconnection', colibri, limits.handles)
      .map(decodeSctp)
      .filter(({ id, endpoint }) => id !== undefined || endpoint !== undefined),
  };
}

function decodeBundle(reader: ElementReader): Bundle | undefined {
  const id = nonEmpty(reader.optional('id'));
  const transport = reader.child('transport', namespaces.ice);
  return id === undefined
    ? undefined
    : withoutUndefined({ id, transport: transport && decodeIceTransport(transport) });
}

function decodeEndpoint(reader: ElementReader): EndpointNames {
  return withoutUndefined({
    id: reader.required('id'),
    displayName: reader.tolerant('displayname'),
    statsId: reader.tolerant('stats-id')?.slice(0, limits.statsIdLength),
  });
}

function encodedTransports(transport: IceTransport | undefined): XmlElement[] {
  return transport ? [encodeIceTransport(transport)] : [];
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
