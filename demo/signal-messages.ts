// What the focus and the page tell each other over the WebSocket `/signal`: Jitsi's Jingle dialogue and room
// presence (colibri2.md §4) as JSON objects. Types only, so that the page's build needs nothing else.
import type { MediaDescription, MediaKind } from '../src/model/media-description.ts';
import type { VideoType } from '../src/model/source.ts';
import type { Candidate, Fingerprint, IceCredentials } from '../src/model/transport.ts';

/** A source as a client announces it; encodings in ascending quality. */
export type SignalledSource = {
  readonly name: string;
  readonly kind: MediaKind;
  readonly videoType: VideoType;
  readonly encodings: readonly { readonly ssrc: number; readonly rtx?: number | undefined }[];
};

/** Presence of one source: muted sources stay announced and send nothing. */
export type SourceState = {
  readonly name: string;
  readonly muted: boolean;
  readonly videoType: VideoType;
};

export type Member = {
  readonly id: string;
  readonly name: string;
  readonly sources: readonly SourceState[];
};

/** The client's side of the transport; candidates are learned from its checks (colibri2.md §3.9). */
export type ClientTransport = IceCredentials & { readonly fingerprints: readonly Fingerprint[] };

/** The bridge's side, as `session-initiate` carries it. */
export type BridgeTransport = IceCredentials & {
  readonly candidates: readonly Candidate[];
  readonly fingerprints: readonly Fingerprint[];
};

/** What a session starts with: everything the page needs to build the browser's remote description. */
export type SessionOffer = {
  /** Counts the sessions of one participant; messages of an older one are ignored. */
  readonly session: number;
  readonly transport: BridgeTransport;
  readonly media: readonly MediaDescription[];
  /** True when the bridge prepared a data channel. */
  readonly dataChannel: boolean;
  /** Path and query of the bridge channel over WebSocket on the page's own origin, if the bridge has one. */
  readonly webSocketPath?: string;
  readonly feedbackSsrcs: { readonly audio: number; readonly video: number };
  /** Remote sources, only for clients without SSRC rewriting. */
  readonly sources: readonly OwnedSource[];
};

export type OwnedSource = { readonly owner: string; readonly source: SignalledSource };

export type ClientMessage =
  | {
      readonly type: 'join';
      readonly room: string;
      readonly name: string;
      /** Bridge channel over SCTP; otherwise over a WebSocket. */
      readonly dataChannel: boolean;
      readonly ssrcRewriting: boolean;
      readonly sources: readonly SourceState[];
    }
  | {
      readonly type: 'accept';
      readonly session: number;
      readonly transport: ClientTransport;
      readonly sources: readonly SignalledSource[];
    }
  /** Asks for other ICE credentials of the bridge: the way to it may be another one now. */
  | { readonly type: 'ice-restart'; readonly session: number }
  /** Answers a `transport` of the focus. */
  | {
      readonly type: 'transport';
      readonly session: number;
      readonly generation: number;
      readonly transport: ClientTransport;
    }
  | { readonly type: 'source-add'; readonly session: number; readonly source: SignalledSource }
  | { readonly type: 'source-remove'; readonly session: number; readonly name: string }
  | { readonly type: 'presence'; readonly sources: readonly SourceState[] }
  /** ICE or DTLS failed: the focus makes a new session. */
  | { readonly type: 'session-failed'; readonly session: number }
  /** Asks what the bridge says about the conference. */
  | { readonly type: 'inspect' }
  | { readonly type: 'leave' };

export type FocusMessage =
  | { readonly type: 'joined'; readonly id: string; readonly members: readonly Member[] }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'member-joined'; readonly member: Member }
  | { readonly type: 'member-left'; readonly id: string }
  | {
      readonly type: 'presence';
      readonly id: string;
      readonly sources: readonly SourceState[];
    }
  | ({ readonly type: 'initiate' } & SessionOffer)
  /** The bridge's side after an ICE restart; `generation` counts them (colibri2.md §3.10). */
  | {
      readonly type: 'transport';
      readonly session: number;
      readonly generation: number;
      readonly transport: BridgeTransport;
    }
  /** The session is over; another one follows as soon as there is a bridge. */
  | { readonly type: 'terminate'; readonly session: number; readonly reason: string }
  | ({ readonly type: 'source-added' } & OwnedSource)
  | { readonly type: 'source-removed'; readonly owner: string; readonly name: string }
  | { readonly type: 'bridge-unavailable'; readonly reason: string }
  | { readonly type: 'inspection'; readonly conference: unknown };
