import type { MediaFigures } from '../conference/ports.ts';
import type { ConferenceStatistics } from '../conference/statistics.ts';

/** Everything statistics are made of, read at one moment. */
export type BridgeSnapshot = {
  readonly wallMs: number;
  readonly startedWallMs: number;
  readonly version: string;
  readonly release: string | undefined;
  readonly region: string | undefined;
  readonly healthy: boolean;
  readonly drain: boolean;
  readonly gracefulShutdown: boolean;
  readonly shuttingDown: boolean;
  readonly stressLevel: number;
  readonly averageParticipantStress: number;
  readonly xmpp: XmppFigures;
  readonly conferences: ConferenceStatistics;
  readonly media: MediaFigures;
  /** Of each worker, in order. */
  readonly workerSockets: readonly WorkerSocketsFigures[];
  readonly channels: ChannelFigures;
  readonly process: ProcessFigures;
};

export type XmppFigures = {
  readonly clientsConfigured: number;
  readonly clientsConnected: number;
  readonly roomsConfigured: number;
  readonly roomsJoined: number;
  readonly disconnects: number;
  readonly links: readonly {
    readonly id: string;
    readonly online: boolean;
    readonly rooms: readonly { readonly jid: string; readonly joined: boolean }[];
  }[];
};

/** A media socket as the kernel sees it. */
export type SocketFigures = {
  /** Which worker, from 0. */
  readonly worker: number;
  readonly address: string;
  readonly inode: string;
  readonly queuedBytes: number;
  /** Since the socket was opened. */
  readonly drops: number;
};

/** The media sockets of a worker. */
export type WorkerSocketsFigures = {
  readonly queuedBytes: number;
  /** Since the bridge started, those of sockets that are closed included. */
  readonly drops: number;
};

/** Bridge channels over WebSocket that ended, since the start. */
export type ChannelFigures = {
  readonly closedNormally: number;
  readonly closedAbnormally: number;
  readonly errors: number;
};

export type ProcessFigures = {
  readonly runtime: RuntimeFigures;
  readonly residentBytes: number;
  /** Share of the last interval in which the event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Fractions of all CPU time, 0 to 1; steal is absent where it is not looked at. */
  readonly machineCpu: number;
  readonly cpuSteal: number | undefined;
};

export type RuntimeFigures = {
  /** Threads of this process, the workers' not counted. */
  readonly threads: number;
  readonly heapUsedBytes: number;
  readonly heapCommittedBytes: number;
  readonly openFiles: number;
  /** Garbage collections so far, and the time they took. */
  readonly collections: number;
  readonly collectionMs: number;
};
