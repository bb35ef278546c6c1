import type { Ssrc } from '../../model/ids.ts';
import type { HeaderExtension, PayloadType } from '../../model/media-description.ts';
import type { IceTransport } from '../jingle/ice-transport.ts';
import type { SsrcGroup } from '../jingle/source-encodings.ts';

/** `<conference>`: what a focus asks for and what it is answered are the same tree (colibri1.md §1.2). */
export type ConferenceDescription = {
  /** Chosen by the bridge; absent in a request that is to create a conference. */
  readonly id?: string;
  /** Equal on all bridges of a conference; nothing here depends on it. */
  readonly gid?: string;
  /** The room's localpart, for logs. */
  readonly name?: string;
  readonly contents: readonly Content[];
  readonly bundles: readonly Bundle[];
  readonly endpoints: readonly EndpointNames[];
  /** In answers: the bridge is shutting down. */
  readonly gracefulShutdown: boolean;
};

/** `audio`, `video` or `data`; any other name can be read and is then refused. */
export type Content = {
  readonly name: string;
  readonly channels: readonly Channel[];
  readonly sctpConnections: readonly SctpConnection[];
};

/** What channels and SCTP connections have in common (colibri1.md §1.5). */
export type Handle = {
  /** Absent: to be allocated. */
  readonly id?: string;
  readonly endpoint?: string;
  readonly bundle?: string;
  /** Seconds of silence after which it may go; 0 = now; absent = not said. */
  readonly expireSeconds?: number;
  /** The bridge makes the offer. */
  readonly initiator?: boolean;
  readonly transport?: IceTransport;
};

export const directions = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
/** Seen from the bridge: `sendonly` = it drops what it receives. */
export type Direction = (typeof directions)[number];

export const relayTypes = ['translator', 'mixer'] as const;

export type Channel = Handle & {
  /** Between bridges. */
  readonly octo: boolean;
  readonly direction: Direction;
  /** -1 = no limit; absent = not said. */
  readonly lastN?: number;
  readonly relayType?: (typeof relayTypes)[number];
  readonly payloadTypes: readonly PayloadType[];
  readonly headerExtensions: readonly HeaderExtension[];
  readonly sources: readonly AnnouncedSource[];
  readonly groups: readonly SsrcGroup[];
  /** In answers: what the bridge knows to be sent on the channel. */
  readonly ssrcs: readonly Ssrc[];
};

/** Without an SSRC it stands for "no sources at all" (colibri1.md §2.4). */
export type AnnouncedSource = {
  readonly ssrc?: Ssrc;
  /** A shared screen, as far as the focus says so. */
  readonly screen: boolean;
};

export type SctpConnection = Handle & { readonly port: number };

export type Bundle = { readonly id: string; readonly transport?: IceTransport };

export type EndpointNames = {
  readonly id: string;
  readonly displayName?: string;
  readonly statsId?: string;
};

/** The SCTP port of clients that do not say another. */
export const defaultSctpPort = 5000;
