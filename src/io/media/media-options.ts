import type { PlacementOptions } from './placement.ts';

/** What the media plane is started with. Addresses are literals; ports of 0 mean any free port. */
export type MediaOptions = {
  /** Path of the worker binary that worker/ builds. */
  readonly workerBin: string;
  /** What it says it was built from; one that says something else is not used (worker.md, "Build"). */
  readonly workerSeries: string;
  readonly workers: number;
  readonly placement: PlacementOptions;
  /** Memory that outlives a worker, so that its calls can go on; undefined where the system has none. */
  readonly openJournal: () => JournalFile | undefined;
  /** How the system runs a process; undefined where that is not known. */
  readonly processRun: (pid: number) => ProcessRun | undefined;
  readonly listen: ListenOptions;
  /** What is signalled to clients, in order of preference. */
  readonly advertise: readonly AdvertisedAddress[];
  /** False hides private addresses from endpoints that do not ask for them (config.md, `advertise-private-candidates`). */
  readonly advertisePrivateAddresses: boolean;
  readonly bitrates: BitrateOptions;
  readonly transports: TransportOptions;
  readonly keyframes: KeyframeOptions;
  readonly restarts: RestartOptions;
  /** What workers may log, cheapest last; each `debug` line costs the worker time. */
  readonly workerLogLevel: 'debug' | 'warn' | 'error' | 'none';
};

/** A file that has no name and is in memory; workers open it by `path`, for as long as it is not closed. */
export type JournalFile = { readonly path: string; close(): void };

export type ListenOptions = {
  readonly addresses: readonly string[];
  readonly udpPort: number;
  /** Absent = no ICE over TCP. */
  readonly tcpPort?: number;
  /** Of the UDP sockets, bytes; absent = the system's default. */
  readonly receiveBufferBytes?: number;
  readonly sendBufferBytes?: number;
};

/** An address clients are told; `srflx` is one that something in front of this machine maps to ours. */
export type AdvertisedAddress = {
  readonly protocol: 'udp' | 'tcp';
  readonly ip: string;
  /** Absent = the port listened on. */
  readonly port?: number;
  readonly type: 'host' | 'srflx';
  /** The local address behind a `srflx` one. */
  readonly relatedAddress?: string;
  readonly relatedPort?: number;
};

/** Bandwidth estimation towards one receiver, bit/s. */
export type BitrateOptions = {
  /** Taken until feedback arrives. */
  readonly initialBps: number;
  readonly minBps?: number;
  readonly maxBps?: number;
};

/** JVB starts at 2.5 Mbit/s as well (allocation.md §1.8). */
export const defaultBitrates: BitrateOptions = { initialBps: 2_500_000 };

/** ICE and DTLS towards clients. */
export type TransportOptions = {
  readonly iceRestart: boolean;
  /** How long a path without consent checks stays up. */
  readonly iceConsentTimeoutMs: number;
  readonly dtlsHandshakeTimeoutMs: number;
  /** How long a client may read nothing of a bridge channel over SCTP whose queue is full; absent = a minute. */
  readonly channelStallMs?: number;
  /** Of the fingerprint that is signalled: sha-1 to sha-512. */
  readonly localFingerprintHash: string;
  /** Of clients' fingerprints; others do not count. */
  readonly acceptedFingerprintHashes: readonly string[];
  /** Hides clients' addresses in the log; may change while running. */
  readonly redaction: { readonly remoteAddresses: boolean };
};

/** JVB's (config.md §1.4, §1.9); mediasoup watches the client's consent checks, which come every 4 to 6 s. */
export const defaultTransports: TransportOptions = {
  iceRestart: true,
  iceConsentTimeoutMs: 30_000,
  dtlsHandshakeTimeoutMs: 30_000,
  localFingerprintHash: 'sha-256',
  acceptedFingerprintHashes: ['sha-512', 'sha-384', 'sha-256', 'sha-1'],
  redaction: { remoteAddresses: true },
};

/** How many key frames are asked of senders (allocation.md §4.2). */
export type KeyframeOptions = {
  /** Requests of one receiver for one source. */
  readonly perReceiver: KeyframeLimit;
  /** Requests for one source, whoever they come from; those that come too early are merged. */
  readonly perSource: KeyframeLimit;
};

export type KeyframeLimit = {
  /** A receiver's round-trip time and 10 ms are enough, if that is less. */
  readonly minIntervalMs: number;
  readonly maxRequests: number;
  /** The window in which `maxRequests` are allowed. */
  readonly windowMs: number;
};

/** JVB's. */
export const defaultKeyframes: KeyframeOptions = {
  perReceiver: { minIntervalMs: 200, maxRequests: 3, windowMs: 10_000 },
  perSource: { minIntervalMs: 200, maxRequests: 1, windowMs: 200 },
};

export type ProcessRun = {
  /** R = runs, or waits for a CPU; S, D = waits for something else; T = stopped (proc(5)). */
  readonly state: string;
  /** CPU time of all its threads so far. */
  readonly cpuMs: number;
};

/** When a worker that dies is worth another one, and its calls too. */
export type RestartOptions = {
  /**
   * A worker that lives this long is replaced at once when it dies, and its calls go on. One that died sooner is replaced after a pause
   * that grows; and if the one before it died so recently, too, one of its calls is likely what kills them: they end.
   */
  readonly stableMs: number;
};

export const defaultRestarts: RestartOptions = { stableMs: 10_000 };

/** Why the media plane cannot start. The message is one line for the operator: what failed and what to do. */
export class MediaStartError extends Error {
  override readonly name = 'MediaStartError';
  readonly reason:
    'worker-missing' | 'worker-failed' | 'worker-series' | 'udp-port' | 'listen-address';

  constructor(reason: MediaStartError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}
