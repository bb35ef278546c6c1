import type { CongestionConfig } from './congestion-config.ts';
import type { IceConfig } from './ice-config.ts';
import type { KeyMaterial } from './tls/key-store.ts';
import type { XmppConfig } from './xmpp-config.ts';

/**
 * Everything the bridge is told at start, validated. Durations are milliseconds, bit rates bit/s; the key each
 * value comes from is in docs/configuration.md.
 */
export type BridgeConfig = {
  readonly xmpp: XmppConfig;
  readonly rest: RestConfig;
  /** Absent = that listener is off. */
  readonly http: { readonly private?: HttpServerConfig; readonly public?: HttpServerConfig };
  readonly websockets: WebSocketConfig;
  readonly sctp: { readonly enabled: boolean };
  readonly ice: IceConfig;
  readonly dtls: DtlsConfig;
  readonly relay: {
    readonly enabled: boolean;
    readonly region?: string;
    readonly relayId?: string;
  };
  readonly congestion: CongestionConfig;
  readonly keyframes: KeyframeConfig;
  readonly speakers: SpeakerConfig;
  readonly conference: ConferenceConfig;
  readonly health: HealthConfig;
  readonly shutdown: ShutdownConfig;
  readonly load: LoadConfig;
  readonly stats: { readonly intervalMs: number };
  readonly version: VersionConfig;
  readonly redact: { readonly remoteAddresses: boolean; readonly httpHeaders: boolean };
  readonly worker: WorkerConfig;
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'jvb' };
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Off means 404. */
export type RestConfig = {
  /** `/colibri/stats`, `/colibri/v2/conferences`, `/colibri/muc-client`, `/colibri/debug`. */
  readonly colibri: boolean;
  /** `/colibri/shutdown`; only true together with `colibri`. */
  readonly shutdown: boolean;
  readonly debug: boolean;
  readonly drain: boolean;
  readonly health: boolean;
  readonly prometheus: boolean;
  readonly rtcstats: boolean;
  readonly version: boolean;
};

export type HttpServerConfig = {
  /** Absent = all addresses. */
  readonly host?: string;
  readonly port: number;
  /** Absent = plain HTTP. */
  readonly tls?: TlsConfig;
};

/** In the terms of node:tls. */
export type TlsConfig = {
  readonly material: KeyMaterial;
  readonly needClientAuth: boolean;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** OpenSSL's names. */
  readonly ciphers: readonly string[];
};

type SecureVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

export type WebSocketConfig = {
  /** False unless the public HTTP server is on, too. */
  readonly enabled: boolean;
  /** `host[:port]`; one URL is advertised per entry. */
  readonly domains: readonly string[];
  readonly serverId: string;
  /** Whether advertised URLs say `wss`. */
  readonly tls: boolean;
  readonly compression: boolean;
  readonly idleTimeoutMs: number;
  /** Absent = no pings. */
  readonly pingIntervalMs?: number;
};

export type DtlsConfig = {
  readonly handshakeTimeoutMs: number;
  /** Lower-case hash name, as `sha-256`. */
  readonly localFingerprintHash: string;
  readonly acceptedFingerprintHashes: readonly string[];
};

/** Limits on key frame requests, first for one receiver and source, then for a source whoever asks. */
export type KeyframeConfig = {
  readonly perReceiver: KeyframeLimit;
  readonly perSource: KeyframeLimit;
};

export type KeyframeLimit = {
  readonly minIntervalMs: number;
  readonly maxRequests: number;
  /** The window in which `maxRequests` are allowed. */
  readonly windowMs: number;
};

export type SpeakerConfig = {
  /** Previous speakers in the dominant-speaker message. */
  readonly recentSpeakers: number;
  readonly silenceDetection: boolean;
  readonly silenceTimeoutMs: number;
  readonly routeLoudestOnly: boolean;
  readonly numLoudest: number;
  readonly alwaysRouteDominant: boolean;
  readonly energyExpireMs: number;
  readonly energyAlphaPct: number;
};

/** Life of conferences and endpoints, and what they tell clients. */
export type ConferenceConfig = {
  readonly expireAfterMs: number;
  readonly expireCheckIntervalMs: number;
  readonly connectivity: {
    readonly firstTransferTimeoutMs: number;
    readonly maxInactivityMs: number;
    readonly checkIntervalMs: number;
  };
  /** Most SSRCs a receiver is given, see ssrc-rewriting. */
  readonly ssrcLimit: { readonly video: number; readonly audio: number };
  /** Absent = ConnectionStats are not sent. */
  readonly connectionStatsIntervalMs?: number;
  /** EndpointStats are filtered from this conference size on. */
  readonly statsFilterThreshold: number;
};

export type HealthConfig = {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly maxCheckDurationMs: number;
  readonly stickyFailures: boolean;
  readonly requireValidAddress: boolean;
  readonly requireStun: boolean;
  /** Infinity = links do not matter. */
  readonly maxLinkOutageMs: number;
};

export type ShutdownConfig = {
  readonly gracefulMaxDurationMs: number;
  readonly gracefulMinParticipants: number;
  readonly shuttingDownDelayMs: number;
  readonly initialDrainMode: boolean;
};

/** Fractions: 1 is the whole machine. */
export type LoadConfig = {
  readonly measurement: 'cpu-usage' | 'packet-rate';
  readonly packetRate: { readonly loadThreshold: number; readonly recoveryThreshold: number };
  readonly cpuUsage: {
    readonly loadThreshold: number;
    readonly recoveryThreshold: number;
    readonly detectSteal: boolean;
  };
  readonly reducer: {
    readonly enabled: boolean;
    readonly reductionScale: number;
    readonly recoverScale: number;
    readonly impactTimeMs: number;
    readonly minimumLastN: number;
    readonly maximumEnforcedLastN: number;
  };
  /** Conference size → last-n for that size and above, ascending. */
  readonly conferenceLastNLimits: readonly { readonly size: number; readonly lastN: number }[];
  readonly averageParticipantStress: number;
};

export type VersionConfig = {
  /** Whether ServerHello names the version. */
  readonly announce: boolean;
  readonly release?: string;
  /** What presence says instead of Trestle's own version: Jicofo joins bridges of equal version only. */
  readonly override?: string;
};

export type WorkerConfig = {
  readonly count: number;
  /** When a conference gets another worker. */
  readonly placement: {
    /** Fraction of a core; 1 = never. */
    readonly cpuCeiling: number;
    /** Infinity = no limit. */
    readonly endpointsPerConference: number;
  };
  /** Absent = the worker built with the package. */
  readonly binary?: string;
};
