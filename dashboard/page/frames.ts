// What the bridge sends once a second (src/bridge/dashboard/feed.ts).

/** The first message: the last ten minutes. */
export type HistoryFrame = {
  readonly names: readonly string[];
  readonly series: readonly (readonly number[])[];
};

export type Frame = {
  readonly time: number;
  readonly version: string;
  readonly region?: string;
  readonly upSeconds: number;
  readonly healthy: boolean;
  readonly state: 'running' | 'graceful-shutdown' | 'shutting-down';
  readonly drain: boolean;
  readonly process: {
    readonly eventLoop: number;
    readonly eventLoopDelayP99Ms: number;
    readonly residentBytes: number;
    readonly machineCpu: number;
  };
  readonly loss: { readonly in: number; readonly out: number; readonly rttMs: number };
  readonly workers: readonly Worker[];
  readonly links: readonly Link[];
  readonly warnings: readonly { readonly severity: string; readonly text: string }[];
  /** One value for each name of the history. */
  readonly point?: readonly number[];
  readonly conferences: readonly ConferenceRow[];
  readonly conferenceCount: number;
  readonly selected?: SelectedConference | null;
  readonly detail?: { readonly conferences: Readonly<Record<string, unknown>> } | null;
};

export type Worker = {
  readonly alive: boolean;
  readonly cpu: number;
  readonly memoryBytes: number;
  readonly conferences: number;
  readonly endpoints: number;
  readonly consumers: number;
  readonly silentMs: number;
  readonly drops: number;
};

export type Link = {
  readonly id: string;
  readonly online: boolean;
  readonly state: string;
  readonly reason?: string;
  readonly disconnects: number;
  readonly rooms: readonly {
    readonly jid: string;
    readonly joined: boolean;
    readonly state: string;
    readonly reason?: string;
  }[];
};

export type ConferenceRow = {
  readonly id: string;
  readonly name: string;
  readonly endpoints: number;
  readonly sendingVideo: number;
  /** The first is its home. */
  readonly workers: readonly number[];
  readonly pipedSources: number;
  readonly ageSeconds: number;
  readonly streams: number;
  readonly waiting: number;
  readonly troubled: number;
};

export type SelectedConference = {
  readonly id: string;
  readonly dominant?: string;
  readonly endpoints: readonly EndpointRow[];
};

export type EndpointRow = {
  readonly id: string;
  readonly name?: string;
  readonly visitor: boolean;
  readonly path?: string;
  readonly worker: number;
  readonly channel: string;
  readonly bitsPerSecondIn: number;
  readonly bitsPerSecondOut: number;
  readonly lossIn?: number;
  readonly lossOut?: number;
  readonly rttMs?: number;
  readonly estimateBps?: number;
  readonly streams: number;
  readonly waiting: number;
  readonly sends: number;
  readonly trouble?: string;
};

/** What `/debug` tells of one endpoint, as far as it is shown here. */
export type EndpointDetail = {
  readonly ice: string;
  readonly dtls: string;
  readonly reachable: boolean;
  readonly channel: string;
  readonly ssrcRewriting: boolean;
  readonly link: {
    readonly path?: {
      readonly protocol: string;
      readonly local: { readonly ip: string; readonly port: number };
      readonly remote: { readonly ip: string; readonly port: number };
      readonly remoteType: string;
    };
    readonly worker: number;
    readonly rttMs?: number;
    readonly lossIn?: number;
    readonly lossOut?: number;
    readonly bitsPerSecondIn: number;
    readonly bitsPerSecondOut: number;
  };
  readonly estimateBps?: number;
  readonly targetBps: number;
  readonly idealBps: number;
  readonly oversending: boolean;
  readonly wants: { readonly lastN?: number; readonly onStageSources?: readonly string[] };
  readonly sends: readonly SentSource[];
  readonly receivesVideo: readonly ReceivedVideo[];
  readonly receivesAudio: readonly unknown[];
  readonly history: readonly Change[];
};

export type Layer = {
  readonly layer?: string;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrateBps: number;
};

export type SentSource = {
  readonly source: string;
  readonly kind: string;
  readonly codec?: string;
  readonly videoType?: string;
  readonly wantedMaxHeight?: number;
  readonly layers?: readonly Layer[];
  readonly refusedBecause?: string;
};

export type ReceivedVideo = {
  readonly source: string;
  readonly wantedMaxHeight: number;
  readonly target?: Layer;
  readonly sent?: string;
  readonly sentHeight?: number;
  readonly limitedBy: string;
  readonly why?: string;
  readonly sinceSeconds?: number;
};

export type Change = {
  readonly secondsAgo: number;
  readonly source: string;
  readonly wantedMaxHeight: number;
  readonly allowedHeight?: number;
  readonly sentHeight?: number;
  readonly limitedBy: string;
};
