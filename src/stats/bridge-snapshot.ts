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
  readonly process: ProcessFigures;
};

export type XmppFigures = {
  readonly clientsConfigured: number;
  readonly clientsConnected: number;
  readonly roomsConfigured: number;
  readonly roomsJoined: number;
  readonly disconnects: number;
};

export type ProcessFigures = {
  /** Threads of this process, the workers' not counted. */
  readonly threads: number;
  readonly heapUsedBytes: number;
  readonly residentBytes: number;
  /** Share of the last interval in which the event loop was busy, 0 to 1. */
  readonly eventLoopUtilization: number;
  readonly eventLoopDelayP99Ms: number;
};
