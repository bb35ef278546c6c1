// The report: what a run found, as one value. JSON is this value as it is; HTML and terminal are made of it.

import type { NetworkProfile } from '../media/link.ts';

export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly node: string;
};

/** Percentiles in ms; absent when nothing was measured. */
export type Percentiles = {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
};

export type KindFigures = {
  /** Sent by the clients, a second. */
  readonly sentPerSecond: number;
  /** Received by the clients, a second: different packets. */
  readonly deliveredPerSecond: number;
  /** Percent of the packets due that never came, retransmissions counted as come. */
  readonly lossPercent: number;
  /** Percent that came by retransmission or out of order. */
  readonly repairedPercent: number;
  readonly delayMs: Percentiles | undefined;
};

export type JoinFigures = {
  readonly attempted: number;
  readonly failed: number;
  /** The first few reasons. */
  readonly failures: readonly string[];
  readonly signallingMs: Percentiles | undefined;
  readonly iceMs: Percentiles | undefined;
  readonly dtlsMs: Percentiles | undefined;
  readonly channelMs: Percentiles | undefined;
  readonly firstAudioMs: Percentiles | undefined;
  readonly firstVideoMs: Percentiles | undefined;
};

export type BridgeFigures = {
  readonly processes: readonly {
    readonly name: string;
    readonly cpuPercent: number;
    readonly residentMb: number;
  }[];
  readonly socketDrops: number | undefined;
  readonly stress: number | undefined;
  readonly eventLoopDelayP99Ms: number | undefined;
  /** CPU of all its processes for each packet delivered. */
  readonly usPerPacket: number | undefined;
};

export type GeneratorFigures = {
  readonly cpuPercent: readonly number[];
  /** Of the busiest thread of any of its processes; undefined where the kernel does not say. */
  readonly busiestThreadPercent: number | undefined;
  /** How late packets were sent. */
  readonly latenessMs: Percentiles | undefined;
  /** How long its processes did nothing at all, from 10 ms. */
  readonly stallMs: Percentiles | undefined;
  /** One-way delay of packets between two clients of one process, past the bridge: what a delay has of the generator. */
  readonly ownDelayMs: Percentiles | undefined;
  /** Percent of those packets that did not arrive within the step. */
  readonly ownLossPercent: number;
  readonly socketDrops: number;
  /** Why the result cannot be trusted; empty = it can. */
  readonly faults: readonly string[];
};

/** Who had the processors of this machine meanwhile. */
export type MachineFigures = {
  /** Used by programs that are neither bridge nor load tester, in cores; undefined where the kernel does not say. */
  readonly otherCores: number | undefined;
  /** Used by those two. */
  readonly ownCores: number;
  /** Of those, used by the load tester's generator processes. */
  readonly generatorCores: number;
  /** What the busiest thread of the bridge ran; undefined when it is elsewhere. */
  readonly bridgeBusiestPercent: number | undefined;
  /** The part of the time that a thread of the bridge had to wait for a processor; undefined when it is elsewhere. */
  readonly bridgeWaitedPercent: number | undefined;
};

export type Violation = {
  readonly limit: string;
  readonly allowed: number;
  readonly measured: number;
  readonly unit: string;
};

/** Clients behind one network of their own, and what it did. */
export type GroupFigures = {
  readonly name: string;
  readonly clients: number;
  readonly network: { readonly up: NetworkProfile; readonly down: NetworkProfile };
  /** Percent of the packets it lost, and how long it held the others, each way. */
  readonly lostPercent: { readonly up: number; readonly down: number };
  readonly heldMs: {
    readonly up: Percentiles | undefined;
    readonly down: Percentiles | undefined;
  };
};

/** What became of media from clients of one group to those of another. */
export type WayFigures = {
  readonly from: string;
  readonly to: string;
  readonly audio: Omit<KindFigures, 'sentPerSecond'>;
  readonly video: Omit<KindFigures, 'sentPerSecond'>;
  readonly audioGaps: number;
  readonly freezes: number;
  /** Clients it goes to, and cameras they look at, together. */
  readonly listeners: number;
  readonly views: number;
  readonly limits: Limits;
};

/** Who should have heard or seen whom, and of whom nothing came, or nothing any more at the end of the step. */
export type PairFigures = {
  /** Each voice for each of its listeners. */
  readonly voices: number;
  readonly unheard: number;
  /** Each camera for each client that looks at it. */
  readonly views: number;
  readonly unseen: number;
};

export type StepReport = {
  readonly name: string;
  readonly participants: number;
  readonly rooms: number;
  /** Seconds since the run began, and how long was measured. */
  readonly startS: number;
  readonly seconds: number;
  readonly audio: KindFigures;
  readonly video: KindFigures;
  /** Sent by all clients, RTP without SRTP's overhead. */
  readonly offeredMbps: number;
  readonly deliveredMbps: number;
  readonly jitterMs: Percentiles | undefined;
  readonly keyFrameWaitMs: Percentiles | undefined;
  readonly layerSwitchMs: Percentiles | undefined;
  readonly layerSwitches: number;
  /** Longer than the generator itself stood still in about that second: shorter ones may be its own doing. */
  readonly audioGaps: number;
  readonly audioGapMs: Percentiles | undefined;
  /** Likewise. */
  readonly freezes: number;
  readonly freezeMs: Percentiles | undefined;
  /** Cameras the clients look at, together. */
  readonly views: number;
  /** Clients that should have heard somebody and did not; seen likewise. */
  readonly deaf: number;
  readonly blind: number;
  readonly pairs: PairFigures;
  readonly joins: JoinFigures;
  /** Clients that came before this step and are without ICE, DTLS or channel at its end, and the first few reasons. */
  readonly cutOff: { readonly clients: number; readonly reasons: readonly string[] };
  /** Where clients have different networks or limits; else empty, and the figures above say all. */
  readonly groups: readonly GroupFigures[];
  readonly ways: readonly WayFigures[];
  readonly bridge: BridgeFigures;
  readonly generator: GeneratorFigures;
  readonly machine: MachineFigures;
  /** Why others may have caused the violations: then they say nothing about the bridge. */
  readonly disturbances: readonly string[];
  readonly violations: readonly Violation[];
};

/** Packets sent = delivered + accounted for. */
export type Conservation = {
  readonly holds: boolean;
  /** By kind: what was sent towards receivers, and what became of it. */
  readonly rows: readonly {
    readonly kind: 'audio' | 'video';
    readonly offered: number;
    readonly delivered: number;
    readonly lost: number;
    /** Held back by the bridge: layers, last-n, silent microphones. */
    readonly withheld: number;
    /** Speech that just stopped coming. */
    readonly missing: number;
  }[];
  /** The bridge's own count against ours; undefined where it gives none. Some bridges count RTCP and probes, some do not. */
  readonly wire:
    | {
        readonly sentByBridge: number;
        readonly received: {
          readonly media: number;
          readonly datagrams: number;
          /** Never came, or came at the second try: sent all the same. */
          readonly lost: number;
        };
      }
    | undefined;
  /** Why that count was left out. */
  readonly uncompared?: string | undefined;
  /** Packets of another source than the bridge's map said a second ago. */
  readonly misattributed: number;
  readonly notes: readonly string[];
};

/** One second of the run, for the graphs. */
export type Moment = {
  readonly s: number;
  readonly participants: number;
  /** Clients with somebody to hear or see, and those that did within the second. */
  readonly receivers: number;
  readonly served: number;
  readonly deliveredPerSecond: number;
  readonly delayP50Ms: number | undefined;
  readonly delayP99Ms: number | undefined;
  /** Of packets past the bridge. */
  readonly ownDelayP99Ms: number | undefined;
  readonly lossPercent: number;
  readonly bridgeCpuPercent: number | undefined;
  readonly bridgeMb: number | undefined;
  readonly generatorCpuPercent: number;
  readonly stress: number | undefined;
};

export type Verdict = {
  readonly result: 'PASS' | 'FAIL' | 'INVALID';
  readonly headline: string;
  readonly highestPassed: string | undefined;
  readonly brokeFirst: string | undefined;
};

export type Report = {
  readonly format: 1;
  readonly tool: string;
  readonly date: string;
  readonly command: string;
  readonly target: string;
  readonly mode: string;
  readonly scenario: string;
  readonly machine: Machine;
  readonly limits: Limits;
  readonly verdict: Verdict;
  readonly steps: readonly StepReport[];
  readonly conservation: Conservation;
  readonly moments: readonly Moment[];
  /** It was stopped before its end; the report is of what was seen until then. */
  readonly interrupted: boolean;
  /** The load tester itself could not go on; likewise. */
  readonly broken: boolean;
  /** What a mode found beside the steps: slopes, recovery times. */
  readonly findings: readonly string[];
};

/** Of media on its way, which may be other for some clients. Gaps are of a listener, freezes of a camera that somebody looks at. */
export const mediaLimitNames = [
  'audioLossPercent',
  'videoLossPercent',
  'delayP99Ms',
  'audioGapsPerMinute',
  'freezesPerMinute',
] as const;

export const limitNames = [
  ...mediaLimitNames,
  'firstAudioP95Ms',
  'firstVideoP95Ms',
  'joinFailuresPercent',
  /** Growth of the bridge in `soak`. */
  'memoryMbPerHour',
] as const;

/** What a step must keep to pass; undefined = not judged. That all clients hear and see somebody is always demanded. */
export type Limits = Readonly<Record<(typeof limitNames)[number], number | undefined>>;
