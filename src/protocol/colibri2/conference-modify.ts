import type { EndpointId, MeetingId } from '../../model/ids.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import type { Source } from '../../model/source.ts';
import type { IceTransport } from '../jingle/ice-transport.ts';

/** A focus's request (colibri2.md §2.1). Booleans have their wire default where they were absent. */
export type ConferenceModify = {
  readonly meetingId: MeetingId;
  readonly name?: string;
  readonly create: boolean;
  readonly expire: boolean;
  readonly rtcstatsEnabled: boolean;
  readonly endpoints: readonly EndpointModify[];
  readonly relays: readonly RelayModify[];
  /** Connections to recorders and the like; present and empty is not the same as absent. */
  readonly connects?: readonly Connect[];
};

export type EndpointModify = {
  readonly id: EndpointId;
  readonly create: boolean;
  readonly expire: boolean;
  readonly statsId?: string;
  readonly mucRole?: MucRole;
  readonly media: readonly MediaDescription[];
  readonly transport?: TransportModify;
  /** The complete new set; absent = no change. */
  readonly sources?: readonly Source[];
  readonly forceMute?: { readonly audio: boolean; readonly video: boolean };
  readonly initialLastN?: number;
  readonly capabilities: readonly string[];
};

export const mucRoles = ['moderator', 'participant', 'visitor', 'none'] as const;
export type MucRole = (typeof mucRoles)[number];

/** Capabilities of an endpoint this bridge acts on (colibri2.md §2.12). */
export const capability = {
  sourceNames: 'source-names',
  ssrcRewriting: 'ssrc-rewriting',
  midDemux: 'rtp-mid-demux',
  privateAddresses: 'private-address-connectivity',
} as const;

export type TransportModify = {
  readonly iceControlling: boolean;
  readonly useUniquePort: boolean;
  readonly iceRestart: boolean;
  readonly ice?: IceTransport;
  readonly sctp?: Sctp;
};

export const sctpRoles = ['client', 'server'] as const;
/** The role is the bridge's. */
export type Sctp = { readonly port?: number; readonly role?: (typeof sctpRoles)[number] };

/** A link to another bridge: only as much of it as a refusal needs. */
export type RelayModify = {
  readonly id: string;
  readonly create: boolean;
  readonly expire: boolean;
};

/** An export of media to a service: only as much of it as the log needs. */
export type Connect = { readonly id?: string; readonly type?: string };
