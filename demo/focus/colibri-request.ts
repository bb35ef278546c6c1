// Colibri2 requests as JSON, with what Jicofo puts into each (colibri2.md §1.5, §4).
import type { MediaDescription } from '../../src/model/media-description.ts';
import type { ClientTransport, SignalledSource } from '../signal-messages.ts';

type Json = Readonly<Record<string, unknown>>;

export type EndpointCreation = {
  readonly id: string;
  readonly statsId: string;
  readonly dataChannel: boolean;
  readonly ssrcRewriting: boolean;
  readonly media: readonly MediaDescription[];
};

/** The `endpoints` entry that creates an endpoint (colibri2.md §4.1). */
export function endpointCreation(endpoint: EndpointCreation): Json {
  return {
    id: endpoint.id,
    create: true,
    'stats-id': endpoint.statsId,
    medias: endpoint.media.map(media),
    transport: { 'ice-controlling': true, ...(endpoint.dataChannel && { sctp: {} }) },
    sources: [],
    capabilities: ['source-names', ...(endpoint.ssrcRewriting ? ['ssrc-rewriting'] : [])],
  };
}

/** The entry that follows the client's answer: its transport and all its sources (colibri2.md §4.2). */
export function endpointAcceptance(
  id: string,
  transport: ClientTransport,
  sources: readonly SignalledSource[],
): Json {
  return {
    id,
    transport: {
      transport: {
        xmlns: 'urn:xmpp:jingle:transports:ice-udp:1',
        ufrag: transport.ufrag,
        pwd: transport.pwd,
        'rtcp-mux': true,
        fingerprints: transport.fingerprints.map(({ hash, setup, value }) => ({
          hash,
          setup,
          fingerprint: value,
        })),
      },
    },
    sources: sources.map(mediaSource),
  };
}

/** The entry that replaces an endpoint's sources (colibri2.md §4.4). */
export function endpointSources(id: string, sources: readonly SignalledSource[]): Json {
  return { id, sources: sources.map(mediaSource) };
}

export function endpointExpiry(id: string): Json {
  return { id, expire: true };
}

function media(description: MediaDescription): Json {
  return {
    type: description.kind,
    'payload-types': description.payloadTypes.map((type) => ({
      id: type.id,
      name: type.name,
      clockrate: type.clockRateHz,
      ...(type.channels > 1 && { channels: type.channels }),
      parameters: type.parameters,
      'rtcp-fbs': type.feedback,
    })),
    'rtp-hdrexts': description.headerExtensions,
    'extmap-allow-mixed': description.extmapAllowMixed,
  };
}

/** Media SSRCs first, then RTX, then a SIM group if there are several, then a FID group for each pair. */
function mediaSource({ name, kind, videoType, encodings }: SignalledSource): Json {
  const pairs = encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [] : [[ssrc, rtx]]));
  const groups = pairs.map((sources) => ({ semantics: 'FID', sources }));
  const primaries = encodings.map(({ ssrc }) => ssrc);
  if (primaries.length > 1) groups.unshift({ semantics: 'SIM', sources: primaries });
  const ssrcs = [...primaries, ...pairs.map(([, rtx]) => rtx)];
  return {
    type: kind,
    id: name,
    sources: ssrcs.map((ssrc) => ({ ssrc, name, ...(kind === 'video' && { videoType }) })),
    ...(groups.length > 0 && { 'ssrc-groups': groups }),
  };
}
