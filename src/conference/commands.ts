// What a focus may ask, whatever protocol it speaks (Colibri2 or Colibri 1, over XMPP or REST), and the answers.
import type { EndpointId, MeetingId, Ssrc } from '../model/ids.ts';
import type { MediaDescription } from '../model/media-description.ts';
import type { Source } from '../model/source.ts';
import type { LocalTransport, RemoteTransport } from '../model/transport.ts';
import type { ChannelCodec } from './ports.ts';

/** One request for one conference: all of it is done, or nothing. */
export type ConferenceCommand = {
  readonly meetingId: MeetingId;
  /** The room's bare JID, for logs. Only with `create`. */
  readonly name?: string;
  /** False = the focus wants the conference left out of `/stats`. Only with `create`. */
  readonly rtcstats?: boolean;
  readonly create: boolean;
  readonly expire: boolean;
  readonly endpoints: readonly EndpointCommand[];
  /** Update of an endpoint that does not exist: answered as done (true) or as an error (false) (colibri2.md §3.4). */
  readonly ignoreUnknownEndpoints: boolean;
};

export type EndpointCommand =
  | { readonly type: 'expire'; readonly id: EndpointId }
  | ({ readonly type: 'create'; readonly id: EndpointId } & EndpointCreation & EndpointSettings)
  | ({
      readonly type: 'update';
      readonly id: EndpointId;
      readonly restartIce: boolean;
    } & EndpointSettings);

export type EndpointCreation = {
  readonly sctp: boolean;
  readonly ssrcRewriting: boolean;
  readonly midDemux: boolean;
  readonly visitor: boolean;
  readonly privateAddresses: boolean;
  /** The bridge opens the data channel, on stream 0; absent = the client does. */
  readonly opensChannel?: boolean;
  /** What its bridge channel speaks; absent = as everybody's. */
  readonly channelCodec?: ChannelCodec;
  /** Pixels, until the client says what it wants; absent = as configured. */
  readonly initialMaxHeightPx?: number;
  /** False: silence does not end it, whoever created it does. Absent = true. */
  readonly expiresWhenSilent?: boolean;
};

/** Absent = no change. */
export type EndpointSettings = {
  readonly statsId?: string;
  /** Added to what is known; the same number replaces (colibri2.md §3.5 step 4). */
  readonly media?: readonly MediaDescription[];
  /** What the client agreed to: of each kind named exactly this from now on. */
  readonly negotiated?: readonly MediaDescription[];
  readonly transport?: RemoteTransport;
  /** The complete new set. */
  readonly sources?: readonly Source[];
  /** What belongs to that set and cannot be taken while others have its name or SSRCs; absent = nothing. */
  readonly leftOut?: readonly Source[];
  readonly forceMute?: { readonly audio: boolean; readonly video: boolean };
  /** What it may be sent; everything unless said otherwise. */
  readonly receives?: { readonly audio: boolean; readonly video: boolean };
  readonly initialLastN?: number;
  /** Last-n whatever the client said before; -1 = no limit. */
  readonly lastN?: number;
};

export type ConferenceOutcome = {
  readonly endpoints: readonly EndpointOutcome[];
  /** Present when the conference or an endpoint was created. */
  readonly feedbackSsrcs?: { readonly audio: Ssrc; readonly video: Ssrc };
};

export type EndpointOutcome = {
  readonly id: EndpointId;
  readonly expired: boolean;
  /** Present after a creation and after an ICE restart. */
  readonly transport?: LocalTransport;
  /** The data channel was asked for and is prepared. */
  readonly sctp: boolean;
  /** Addresses of the endpoint's bridge channel over WebSocket; present with `transport`. */
  readonly webSocketUrls: readonly string[];
};

/** Why a command was refused; nothing was changed. The text is for people. */
export type CommandError = { readonly text: string } & (
  | { readonly code: 'conference-exists' | 'conference-not-found' | 'graceful-shutdown' }
  | { readonly code: 'endpoint-exists' | 'unknown-endpoint'; readonly endpointId: EndpointId }
  /** The request contradicts itself or the protocol. */
  | { readonly code: 'bad-request' }
  /** Legal, but this bridge does not do it: `structural` marks the cases with a colibri2 reason (colibri2.md §3.3). */
  | { readonly code: 'not-implemented'; readonly structural: boolean }
  /** The bridge's own trouble: no worker, or a limit of the engine. */
  | { readonly code: 'unavailable' }
  | { readonly code: 'internal' }
);
