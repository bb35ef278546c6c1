// What a Jitsi participant reads and writes of Jingle (XEP-0166) when a focus invites it (colibri2.md §4).
import type { XmlElement } from '../../../src/base/xml-element.ts';
import type { MediaDescription } from '../../../src/model/media-description.ts';
import type { Source } from '../../../src/model/source.ts';
import type { RemoteTransport } from '../../../src/model/transport.ts';
import { decodeHeaderExtension } from '../../../src/protocol/jingle/header-extension.ts';
import {
  decodeIceTransport,
  encodeIceTransport,
  type IceTransport,
} from '../../../src/protocol/jingle/ice-transport.ts';
import { limits } from '../../../src/protocol/jingle/limits.ts';
import { namespaces } from '../../../src/protocol/jingle/namespaces.ts';
import { decodePayloadType } from '../../../src/protocol/jingle/payload-type.ts';
import { announcedSsrcs } from '../../../src/protocol/jingle/source-encodings.ts';
import { encodeSsrcGroup } from '../../../src/protocol/jingle/source-group.ts';
import { element } from '../../../src/protocol/xml/element.ts';
import type { ElementReader } from '../../../src/protocol/xml/element-reader.ts';

export const jingleNamespace = 'urn:xmpp:jingle:1';
const MAX_CONTENTS = 8;

/** A focus's `session-initiate`. */
export type SessionInitiate = {
  readonly sid: string;
  readonly transport: IceTransport;
  readonly media: readonly MediaDescription[];
};

/** @throws DecodeError when it lacks what a client needs */
export function decodeSessionInitiate(jingle: ElementReader): SessionInitiate {
  const contents = jingle.children('content', jingleNamespace, MAX_CONTENTS);
  const transports = contents.flatMap(
    (content) => content.child('transport', namespaces.ice) ?? [],
  );
  const [first] = transports;
  return {
    sid: jingle.required('sid'),
    transport: decodeIceTransport(first ?? jingle.fail('has no transport')),
    media: contents.flatMap((content) => {
      const description = content.child('description', namespaces.rtp);
      return description ? (decodeDescription(description) ?? []) : [];
    }),
  };
}

/** Undefined for the data channel, which is described as media too. */
function decodeDescription(reader: ElementReader): MediaDescription | undefined {
  const kind = reader.oneOf('media', ['audio', 'video', 'application']);
  if (kind === undefined || kind === 'application') return undefined;
  return {
    kind,
    payloadTypes: reader
      .children('payload-type', namespaces.rtp, limits.payloadTypes)
      .map(decodePayloadType),
    headerExtensions: reader
      .children('rtp-hdrext', namespaces.headerExtension, limits.headerExtensions)
      .map(decodeHeaderExtension),
    extmapAllowMixed: reader.child('extmap-allow-mixed', namespaces.headerExtension) !== undefined,
  };
}

export type JingleAction = 'session-accept' | 'source-add' | 'session-terminate';

/** A `<jingle>` of the participant's. */
export function encodeJingle(
  action: JingleAction,
  sid: string,
  contents: readonly XmlElement[],
): XmlElement {
  return element('jingle', { xmlns: jingleNamespace, action, sid }, contents);
}

/** What answers `session-initiate`: the client's transport in every content, and the sources it starts with. */
export function acceptedContents(
  transport: RemoteTransport,
  sources: readonly Source[],
  dataChannel: boolean,
): readonly XmlElement[] {
  const ice = encodeIceTransport({ ...transport, webSocketUrls: [] });
  const content = (name: string, ...children: readonly XmlElement[]) =>
    element('content', { creator: 'responder', name, senders: 'both' }, [...children, ice]);
  return [
    content('audio', describe('audio', sources)),
    content('video', describe('video', sources)),
    ...(dataChannel ? [content('data')] : []),
  ];
}

/** The contents of `source-add` (XEP-0339 in Jitsi's form). */
export function addedContents(sources: readonly Source[]): readonly XmlElement[] {
  return (['audio', 'video'] as const)
    .filter((kind) => sources.some((source) => source.kind === kind))
    .map((kind) =>
      element('content', { creator: 'responder', name: kind }, [describe(kind, sources)]),
    );
}

function describe(kind: 'audio' | 'video', sources: readonly Source[]): XmlElement {
  const own = sources.filter((source) => source.kind === kind);
  return element('description', { xmlns: namespaces.rtp, media: kind }, [
    ...own.flatMap(encodeSource),
    element('rtcp-mux'),
  ]);
}

function encodeSource({ name, kind, videoType, encodings }: Source): XmlElement[] {
  const { ssrcs, groups } = announcedSsrcs(encodings);
  const msid = element('parameter', { name: 'msid', value: `${name} ${name}-track` });
  return [
    ...ssrcs.map((ssrc) =>
      element(
        'source',
        { xmlns: namespaces.ssma, ssrc, name, videoType: kind === 'video' ? videoType : undefined },
        [msid],
      ),
    ),
    ...groups.map(encodeSsrcGroup),
  ];
}
