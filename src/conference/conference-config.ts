import type { AllocationConfig } from '../allocation/allocation.ts';
import type { LoudestConfig } from './loudest-microphones.ts';
import type { SpeakersConfig } from './speakers.ts';

/** What an operator can set of a conference's behaviour. The names follow JVB's keys (config.md), units are in them. */
export type ConferenceConfig = {
  readonly allocation: AllocationConfig;
  readonly estimate: EstimateConfig;
  /** Before a receiver said what it wants, and for sources its first message says nothing of; pixels. */
  readonly initialMaxHeightPx: number;
  readonly defaultMaxHeightPx: number;
  /** -1 = no limit. */
  readonly initialLastN: number;
  readonly jvbLastN: number;
  /** Conference size → last-n; the entry with the greatest key not above the size holds. */
  readonly conferenceLastNLimits: ReadonlyMap<number, number>;
  /** Most SSRCs of each kind sent to a receiver with SSRC rewriting. */
  readonly ssrcLimit: { readonly audio: number; readonly video: number };
  readonly maxTimeBetweenCalculationsMs: number;
  readonly recentSpeakersCount: number;
  /** Whether clients are told when nobody has spoken for a while. */
  readonly silence: SpeakersConfig['silence'];
  readonly loudest: LoudestConfig;
  readonly statsFilterThreshold: number;
  readonly connectivity: {
    readonly firstTransferTimeoutMs: number;
    readonly maxInactivityLimitMs: number;
    readonly checkIntervalMs: number;
  };
  readonly expiration: { readonly timeoutMs: number; readonly checkIntervalMs: number };
  readonly connectionStatsIntervalMs: number;
  /** Sent in ServerHello; undefined = kept to ourselves. */
  readonly announcedVersion: string | undefined;
};

export type EstimateConfig = {
  readonly trustBwe: boolean;
  /** Changes up to this fraction of the last used estimate are ignored. */
  readonly changeThreshold: number;
  /** How long after an endpoint's first estimate estimates are ignored. */
  readonly initialIgnorePeriodMs: number;
  /** Receivers may override the estimate up to this, bit/s; undefined = they may not. */
  readonly assumedBandwidthLimitBps: number | undefined;
};

/** JVB's defaults (allocation.md §1.1, config.md §2). */
export const defaultConferenceConfig: ConferenceConfig = {
  allocation: {
    onstagePreferredHeightPx: 360,
    onstagePreferredFramerate: 30,
    allowOversendOnstage: true,
    maxOversendBps: 500_000,
  },
  estimate: {
    trustBwe: true,
    changeThreshold: 0.15,
    initialIgnorePeriodMs: 0,
    assumedBandwidthLimitBps: undefined,
  },
  initialMaxHeightPx: 0,
  defaultMaxHeightPx: 180,
  initialLastN: -1,
  jvbLastN: -1,
  conferenceLastNLimits: new Map(),
  ssrcLimit: { audio: 50, video: 50 },
  maxTimeBetweenCalculationsMs: 5_000,
  recentSpeakersCount: 10,
  silence: { detect: false, timeoutMs: 3_000 },
  loudest: {
    routeLoudestOnly: false,
    numLoudest: 3,
    alwaysRouteDominant: true,
    energyExpireMs: 150,
    energyAlphaPct: 50,
  },
  statsFilterThreshold: 20,
  connectivity: {
    firstTransferTimeoutMs: 15_000,
    maxInactivityLimitMs: 8_000,
    checkIntervalMs: 500,
  },
  expiration: { timeoutMs: 60_000, checkIntervalMs: 60_000 },
  connectionStatsIntervalMs: 10_000,
  announcedVersion: undefined,
};

/** Caps on what peers can grow; not configurable. */
export const limits = {
  conferences: 10_000,
  /** Requests that wait for their turn: of one meeting, and of all. */
  pendingRequestsPerMeeting: 1_000,
  pendingRequests: 10_000,
  endpointsPerConference: 1_000,
  /** Jicofo's own bound for one participant (colibri2.md §6.1). */
  sourcesPerEndpoint: 20,
  /** Two SSRCs each: 160 an endpoint at most, of the 500 a transport takes. */
  encodingsPerSource: 4,
  /** Video types a client named before the focus signalled the source. */
  rememberedVideoTypes: 40,
  sourceNameLength: 200,
  /** Names in one receiver's constraints, selection and subscription each. */
  namesPerSetting: 1_000,
  /** Bridge-channel messages of one client, and their bytes: mean rate, and how many may come at once. */
  messagesPerSecond: 100,
  messageBurst: 200,
  messageBytesPerSecond: 256 * 1024,
  messageByteBurst: 2 * 1024 * 1024,
  /** Changes of what a client wants or sends that cost others something. */
  changesPerSecond: 2,
  changeBurst: 10,
} as const;
