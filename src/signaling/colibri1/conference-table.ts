import type { EndpointId, SourceName, Ssrc } from '../../model/ids.ts';
import type { MediaDescription, MediaKind } from '../../model/media-description.ts';
import type { LocalTransport } from '../../model/transport.ts';
import type { Direction } from '../../protocol/colibri1/conference.ts';
import type { SsrcGroup } from '../../protocol/jingle/source-encodings.ts';

/** What only Colibri 1 knows of a conference; a value that each request replaces (docs/colibri1.md). */
export type ConferenceTable = {
  /** The bridge's id of it, and the meeting id of the conference behind it. */
  readonly id: string;
  /** Full JID of who created it; undefined over REST: everybody's. */
  readonly owner?: string;
  /** The room, for logs and answers. */
  readonly name?: string;
  readonly handles: ReadonlyMap<string, AllocatedHandle>;
  readonly endpoints: ReadonlyMap<EndpointId, KnownEndpoint>;
  /** Since the first endpoint: what the bridge's own RTCP comes from. */
  readonly feedbackSsrcs?: { readonly audio: Ssrc; readonly video: Ssrc };
  readonly touchedMs: number;
};

export type HandleKind = MediaKind | 'data';

/** A channel or an SCTP connection. */
export type AllocatedHandle = {
  readonly id: string;
  readonly kind: HandleKind;
  readonly endpoint: EndpointId;
  readonly initiator: boolean;
  readonly expireSeconds: number;
  /** When a request last named it. */
  readonly touchedMs: number;
} & ChannelSettings & { readonly port: number };

/** Of RTP channels; an SCTP connection has the defaults. */
export type ChannelSettings = {
  readonly direction: Direction;
  readonly lastN: number;
  readonly media: Pick<MediaDescription, 'payloadTypes' | 'headerExtensions'>;
  readonly announced: Announced;
};

/** What an endpoint said that it sends on a channel. */
export type Announced = {
  readonly ssrcs: readonly Ssrc[];
  readonly groups: readonly SsrcGroup[];
  /** Those of a shared screen. */
  readonly screens: ReadonlySet<Ssrc>;
};

export type KnownEndpoint = {
  readonly id: EndpointId;
  readonly bundle: string;
  readonly displayName?: string;
  readonly statsId?: string;
  readonly sctp: boolean;
  /** First SSRC of a track → its name. */
  readonly names: ReadonlyMap<Ssrc, SourceName>;
  /** Once it was created. */
  readonly transport?: {
    readonly local: LocalTransport;
    readonly webSocketUrls: readonly string[];
  };
};

export const unlimited = -1;
export const defaultExpireSeconds = 60;

export const nothingAnnounced: Announced = { ssrcs: [], groups: [], screens: new Set() };

export const newChannelSettings: ChannelSettings = {
  direction: 'sendrecv',
  lastN: unlimited,
  media: { payloadTypes: [], headerExtensions: [] },
  announced: nothingAnnounced,
};
