import { withoutUndefined } from '../../base/without-undefined.ts';
import type { EndpointCommand, EndpointSettings } from '../../conference/commands.ts';
import type { ChannelCodec } from '../../conference/ports.ts';
import type { SourceName, Ssrc } from '../../model/ids.ts';
import type { MediaDescription, MediaKind } from '../../model/media-description.ts';
import type { Source } from '../../model/source.ts';
import type { RemoteTransport } from '../../model/transport.ts';
import type { IceTransport } from '../../protocol/jingle/ice-transport.ts';
import { type KnownEndpoint, nothingAnnounced, unlimited } from './conference-table.ts';
import type { Draft, EndpointChange } from './draft.ts';
import { nameTracks } from './tracks.ts';

export type CommandContext = {
  /** What a client of 2018 speaks; it remembers what its client said, so every endpoint has its own. */
  readonly newChannelCodec: () => ChannelCodec;
};

/** What nobody selected, in pixels; also before anybody said anything (colibri1.md §4.6). */
export const thumbnailHeightPx = 180;

const kinds: readonly MediaKind[] = ['audio', 'video'];

/** One command for every endpoint that a request touched. Endpoints without handles leave the draft. */
export function endpointCommands(draft: Draft, context: CommandContext): EndpointCommand[] {
  return [...draft.changes].flatMap(([id, change]): EndpointCommand[] => {
    const endpoint = draft.endpoints.get(id);
    if (!endpoint) return [];
    if (draft.handlesOf(id).length === 0) {
      draft.endpoints.delete(id);
      return change.created ? [] : [{ type: 'expire', id }];
    }
    const settings = endpointSettings(draft, endpoint, change);
    if (!change.created) return [{ type: 'update', id, restartIce: false, ...settings }];
    const creation = {
      sctp: endpoint.sctp,
      opensChannel: endpoint.sctp,
      ssrcRewriting: false,
      midDemux: false,
      visitor: false,
      privateAddresses: false,
      channelCodec: context.newChannelCodec(),
      initialMaxHeightPx: thumbnailHeightPx,
      expiresWhenSilent: false,
    };
    return [{ type: 'create', id, ...creation, ...settings }];
  });
}

function endpointSettings(
  draft: Draft,
  endpoint: KnownEndpoint,
  change: EndpointChange,
): EndpointSettings {
  const described = kinds.filter((kind) => change.described.has(kind));
  const media = described.map((kind) => description(draft, endpoint, kind));
  return withoutUndefined({
    statsId: change.namesChanged ? endpoint.statsId : undefined,
    media: change.created && media.length > 0 ? media : undefined,
    negotiated: !change.created && media.length > 0 ? media : undefined,
    transport: change.transport && remoteTransport(change.transport),
    sources: change.sourcesChanged ? namedSources(draft, endpoint) : undefined,
    forceMute: change.directionChanged
      ? switches(draft, endpoint, ['sendonly', 'inactive'])
      : undefined,
    receives: change.directionChanged
      ? switches(draft, endpoint, ['sendrecv', 'sendonly'])
      : undefined,
    lastN: change.lastN === undefined ? undefined : Math.max(change.lastN, unlimited),
  });
}

function description(draft: Draft, { id }: KnownEndpoint, kind: MediaKind): MediaDescription {
  const { payloadTypes = [], headerExtensions = [] } = draft.handleOf(id, kind)?.media ?? {};
  return { kind, payloadTypes, headerExtensions, extmapAllowMixed: false };
}

/** Names are remembered in the draft. */
function namedSources(draft: Draft, endpoint: KnownEndpoint): readonly Source[] {
  const sources = kinds.flatMap((kind) => {
    const announced = draft.handleOf(endpoint.id, kind)?.announced ?? nothingAnnounced;
    return nameTracks(endpoint.id, kind, announced, endpoint.names);
  });
  const names = new Map(
    sources.flatMap(({ name, encodings: [first] }): [Ssrc, SourceName][] =>
      first ? [[first.ssrc, name]] : [],
    ),
  );
  draft.endpoints.set(endpoint.id, { ...endpoint, names });
  return sources;
}

/** For which kinds the direction is one of these; a kind without a channel counts as `sendrecv`. */
function switches(
  draft: Draft,
  { id }: KnownEndpoint,
  directions: readonly string[],
): { readonly audio: boolean; readonly video: boolean } {
  const on = (kind: MediaKind) =>
    directions.includes(draft.handleOf(id, kind)?.direction ?? 'sendrecv');
  return { audio: on('audio'), video: on('video') };
}

function remoteTransport({ credentials, candidates, fingerprints }: IceTransport): RemoteTransport {
  return withoutUndefined({ credentials, candidates, fingerprints });
}
