// What the conference needs of the world. Adapters (io/media, io/channel) and signaling implement these;
// bridge.ts connects them.
import type { Result } from '../base/result.ts';
import type { ConferenceId, EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { Layer, LayerIndex } from '../model/layer.ts';
import type { MediaDescription, MediaKind } from '../model/media-description.ts';
import type { Source } from '../model/source.ts';
import type { LocalTransport, RemoteTransport } from '../model/transport.ts';
import type { ChannelCommand, ChannelEvent } from './channel-messages.ts';

/** The engine: workers that move packets. */
export interface MediaPlane {
  /**
   * Opens the media side of a conference; takes seconds while workers are replaced.
   * @throws MediaUnavailableError when no worker lives, and none comes within 10 s.
   */
  openConference(options: ConferenceMediaOptions): Promise<ConferenceMedia>;
  /** Figures for statistics and health, at most a second old; never waits for a worker. */
  figures(): MediaFigures;
}

export type ConferenceMediaOptions = {
  readonly conferenceId: ConferenceId;
  /** Sender SSRCs of the RTCP the bridge originates and of probing padding (`jvb-a0`, `jvb-v0`). */
  readonly feedbackSsrcs: { readonly audio: Ssrc; readonly video: Ssrc };
  /** Called synchronously, never from within a call of this port. */
  readonly onEvent: (event: MediaEvent) => void;
};

/** Thrown when no worker can take a conference: the bridge's own trouble, not the request's. */
export class MediaUnavailableError extends Error {
  override readonly name = 'MediaUnavailableError';
}

export interface ConferenceMedia {
  addEndpoint(options: EndpointMediaOptions): Promise<EndpointMedia>;
  /** For operators only: nothing that is decided depends on it. */
  spread(): ConferenceSpread;
  close(): void;
}

export type ConferenceSpread = {
  /** Places of the workers it is on, the one it was opened on first. */
  readonly workers: readonly number[];
  /** Sources that travel between workers, counted for each worker they travel to. */
  readonly pipedSources: number;
};

export type EndpointMediaOptions = {
  readonly endpointId: EndpointId;
  readonly media: readonly MediaDescription[];
  /** Prepare a data channel (SCTP port 5000, the bridge waits for the client's INIT). */
  readonly sctp: boolean;
  /** The bridge opens the channel, on stream 0, as soon as the association stands. */
  readonly opensChannel?: boolean;
  /** Advertise private addresses even where the configuration hides them. */
  readonly privateAddresses: boolean;
};

/** The media side of one endpoint: its transport, what it sends, what it is sent. */
export interface EndpointMedia {
  /** As it is now: credentials change with an ICE restart, `setup` once the DTLS role is known. */
  localTransport(): LocalTransport;
  /** Takes the client's fingerprints and DTLS role; idempotent. Nothing of it reaches media unauthenticated. */
  setRemoteTransport(remote: RemoteTransport): Promise<void>;
  /** What was offered to or agreed with the client, all of it; applied in the background, latest wins. */
  setOffer(media: readonly MediaDescription[]): void;
  /** What this endpoint sends and what is let in of it. Replaces the former; applied in the background, latest wins. */
  setReception(reception: Reception): void;
  /** What this endpoint is sent. Replaces the former; applied in the background, latest wins. */
  setPlan(plan: ForwardingPlan): void;
  /**
   * New ICE credentials while the old path carries on; resolves with the transport to signal. undefined = cannot
   * be restarted, which is an answer and not an error (colibri2.md §3.10).
   */
  restartIce(): Promise<LocalTransport | undefined>;
  /** The way to the client as last measured, a few seconds old at most. */
  link(): LinkFigures;
  close(): void;
}

/** Bit rates over the last interval; fractions 0 to 1; undefined = not known yet. */
export type LinkFigures = {
  readonly path: TransportPath | undefined;
  /** The place of the worker that serves it. */
  readonly worker: number;
  readonly bitsPerSecondIn: number;
  readonly bitsPerSecondOut: number;
  readonly lossIn: number | undefined;
  readonly lossOut: number | undefined;
  readonly rttMs: number | undefined;
};

/** The candidate pair in use. */
export type TransportPath = {
  readonly protocol: 'udp' | 'tcp';
  readonly local: { readonly ip: string; readonly port: number };
  readonly remote: { readonly ip: string; readonly port: number };
  /** The type the client signalled for its address; `prflx` = it signalled none such. */
  readonly remoteType: 'host' | 'srflx' | 'prflx' | 'relay';
};

/** Sources by name; kinds that are force-muted are dropped where they arrive. */
export type Reception = {
  readonly sources: readonly Source[];
  readonly muted: { readonly audio: boolean; readonly video: boolean };
};

/** What one receiver is sent: nothing that is not listed leaves the bridge towards it. */
export type ForwardingPlan = {
  readonly streams: readonly ForwardedStream[];
  /** What the receiver could be sent if bandwidth allowed, bit/s: probing aims at it. */
  readonly idealBps: number;
};

export type ForwardedStream = {
  readonly kind: MediaKind;
  readonly owner: EndpointId;
  readonly source: SourceName;
  /** The SSRC the receiver sees, and its RTX partner for video; constant while the stream is listed. */
  readonly ssrc: Ssrc;
  readonly rtx?: Ssrc;
  /** Video only: the layer to send. */
  readonly layer?: LayerIndex;
  /** Written on every packet; only for receivers that negotiated MID demultiplexing. */
  readonly mid?: string;
};

export type TransportState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed';

/** What the media plane reports. Endpoint ids are always of the conference whose `onEvent` is called. */
export type MediaEvent =
  | {
      readonly type: 'transport-state';
      readonly endpointId: EndpointId;
      readonly ice: TransportState;
      readonly dtls: TransportState;
    }
  /** Bytes (RTP, RTCP or ICE consent) arrived since the last such event; at most once a second. */
  | { readonly type: 'activity'; readonly endpointId: EndpointId }
  /** A video or audio source's codec became known or changed (payload type name, e.g. `VP8`). */
  | {
      readonly type: 'codec';
      readonly endpointId: EndpointId;
      readonly source: SourceName;
      readonly codec: string;
    }
  /** What a video source can be sent at now, in ascending quality; empty = nothing arrives. */
  | {
      readonly type: 'layers';
      readonly endpointId: EndpointId;
      readonly source: SourceName;
      readonly layers: readonly Layer[];
    }
  /** Loudest first, dBov from -127 to 0, about four times a second; empty = silence. */
  | {
      readonly type: 'audio-levels';
      readonly levels: readonly { readonly endpointId: EndpointId; readonly dBov: number }[];
    }
  | {
      readonly type: 'dominant-speaker';
      readonly endpointId: EndpointId;
      /** Picked for want of anybody to compare with, silent or not. */
      readonly arbitrary?: boolean;
    }
  /** A microphone rose above the voice threshold after at least 300 ms below it; at most once a second and source. */
  | { readonly type: 'voice-start'; readonly endpointId: EndpointId }
  /** The receiver's downlink estimate, bit/s. */
  | { readonly type: 'estimate'; readonly endpointId: EndpointId; readonly availableBps: number }
  /** The layer of `source` that really leaves towards the receiver; undefined = nothing (waiting for a key frame). */
  | {
      readonly type: 'forwarding';
      readonly endpointId: EndpointId;
      readonly source: SourceName;
      readonly layer: LayerIndex | undefined;
    }
  | { readonly type: 'channel-open'; readonly endpointId: EndpointId; readonly link: ChannelLink }
  | {
      readonly type: 'channel-message';
      readonly endpointId: EndpointId;
      readonly link: ChannelLink;
      readonly text: string;
    }
  | { readonly type: 'channel-closed'; readonly endpointId: EndpointId; readonly link: ChannelLink }
  /**
   * A source was refused by the engine (cap reached, SSRC taken): it is not received if it is the endpoint's own,
   * and not sent to the endpoint if it is another's.
   */
  | {
      readonly type: 'source-refused';
      readonly endpointId: EndpointId;
      readonly source: SourceName;
      readonly reason: string;
    }
  /** The worker died or was closed: every object of this conference's media is gone. */
  | { readonly type: 'lost'; readonly reason: string };

/** One open bridge channel, whatever carries it: a WebSocket or an SCTP data channel. */
/** Of a link's queue, for what other clients say: it must not cost a client what the bridge has to say. */
export const relayedShare = 1 / 4;

export interface ChannelLink {
  readonly carrier: 'websocket' | 'sctp';
  /** It takes nothing: its client has not read what waits, or it is being closed. */
  readonly stalled: boolean;
  /**
   * False when the link is closed or its queue was full. A WebSocket then closes itself; an SCTP link sends nothing more
   * until its client has read, and is then reported open once more.
   * @param relayed it comes from another client: dropped, and nothing else, once a share of the queue is in use
   */
  send(text: string, relayed?: boolean): boolean;
  /** @param code WebSocket close code (RFC 6455 §7.4); SCTP links ignore it and stay open (B3). */
  close(code: number, reason: string): void;
}

/** Who may open a bridge channel over WebSocket; conference implements it, io/channel asks. */
export interface ChannelGate {
  /** undefined = refused; unknown conference, unknown endpoint and wrong password look alike (bridge-channel.md §1.2). */
  admit(request: ChannelRequest): ChannelReceiver | undefined;
}

/** What the path and query of a colibri-ws URL said, unchecked. */
export type ChannelRequest = {
  readonly conferenceId: string;
  readonly endpointId: string;
  readonly password: string;
};

/** The endpoint behind an admitted channel: `opened` once, then `message`s, then `closed` once. */
export interface ChannelReceiver {
  opened(link: ChannelLink): void;
  message(link: ChannelLink, text: string): void;
  closed(link: ChannelLink): void;
}

/** Turns channel text into commands and events into text; signaling implements it over protocol/channel. */
export interface ChannelCodec {
  /** The error says what is wrong with the message; the sender is not told. */
  decode(text: string): Result<ChannelCommand, string>;
  /** undefined = there is no word for it. */
  encode(event: ChannelEvent): string | undefined;
}

/** Rates are over the last second, counters since start. */
export type MediaFigures = {
  readonly workers: readonly WorkerFigures[];
  /** Packets and bits per second from and to endpoints, RTP and RTCP together. */
  readonly packetsPerSecondIn: number;
  readonly packetsPerSecondOut: number;
  readonly bitsPerSecondIn: number;
  readonly bitsPerSecondOut: number;
  readonly packetsIn: number;
  readonly packetsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Fractions 0 to 1 and milliseconds, means over endpoints; 0 without packets. */
  readonly lossIn: number;
  readonly lossOut: number;
  readonly rttMs: number;
  /** Conferences on several workers, what travels between them, and how much. */
  readonly spreadConferences: number;
  readonly pipedSources: number;
  readonly bytesPiped: number;
  readonly bitsPerSecondPiped: number;
  readonly workersDied: number;
  readonly iceRestarts: {
    readonly started: number;
    readonly succeeded: number;
    /** Asked for while there was no connection, or while another was under way. */
    readonly notEstablished: number;
  };
  readonly iceSucceededRelayed: number;
  readonly rejectedDataChannels: number;
  /** Seconds that packets stayed in the workers; the last count is of those beyond the last bound. */
  readonly forwardingDelay: {
    readonly bounds: readonly number[];
    readonly counts: readonly number[];
    readonly sum: number;
  };
};

export type WorkerFigures = {
  readonly pid: number;
  readonly alive: boolean;
  /** Fraction of one core, 0 to 1, over the last interval. */
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly conferences: number;
  readonly endpoints: number;
  readonly consumers: number;
  /** Milliseconds since the worker last answered. */
  readonly silentMs: number;
  /** Milliseconds for which it could have answered and has not: those in which it was given no CPU, or nobody could hear it, do not count. */
  readonly overdueMs: number;
};
