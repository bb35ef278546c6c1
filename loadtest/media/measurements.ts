import { type Buckets, Histogram } from './histogram.ts';

/** Everything that is simply counted. */
const counters = [
  'audioDelivered',
  'videoDelivered',
  /** Everything that came out of SRTP: RTP and RTCP. */
  'datagrams',
  'receivedBytes',
  'audioRepaired',
  'videoRepaired',
  'audioLost',
  /** Speech that never came and left no gap in the sequence numbers. */
  'speechLeftOut',
  'videoLost',
  'duplicates',
  'probes',
  'misattributed',
  'frames',
  'layerSwitches',
  'nacksSent',
  'plisSent',
  'retransmitted',
  'keyFramesSent',
  'audioSent',
  'videoSent',
  'sentBytes',
  /** Packets of the generator to itself, past the bridge. */
  'ownSent',
  /** What clients sent, RTP and RTCP. */
  'datagramsSent',
  /** Lost by the clients' own network profile, from and to the bridge. */
  'shapedUp',
  'shapedDown',
] as const;
export type Counter = (typeof counters)[number];
export type Counts = Readonly<Record<Counter, number>>;

/**
 * Durations in µs: one-way delays by kind, RFC 3550 jitter, waits for a key frame or another layer, holes in voices, freezes, times a client
 * got no media at all, lateness of our own sending, stops of our own process, one-way delays past the bridge, what the clients' own network
 * profile held packets for.
 */
export const durations = [
  'audioDelay',
  'videoDelay',
  'jitter',
  'keyFrameWait',
  'layerSwitch',
  'audioGap',
  'freeze',
  'interruption',
  'lateness',
  'stall',
  'ownDelay',
  'heldUp',
  'heldDown',
] as const;
export type Duration = (typeof durations)[number];

/** Sums since the start, so that any two snapshots give a window. */
export type Snapshot = {
  readonly counts: Counts;
  readonly durations: Readonly<Record<Duration, Buckets>>;
};

/** What the clients of one process saw since they started. */
export class Measurements {
  readonly #counts = Object.fromEntries(counters.map((name) => [name, 0])) as Record<
    Counter,
    number
  >;
  readonly #durations = Object.fromEntries(
    durations.map((name) => [name, new Histogram()]),
  ) as Record<Duration, Histogram>;

  count(name: Counter, by = 1): void {
    this.#counts[name] += by;
  }

  record(name: Duration, us: number): void {
    this.#durations[name].record(us);
  }

  snapshot(): Snapshot {
    return {
      counts: { ...this.#counts },
      durations: mapDurations((name) => this.#durations[name].buckets()),
    };
  }
}

/** The sum of what several processes counted. */
export function sumSnapshots(snapshots: readonly Snapshot[]): Snapshot {
  return {
    counts: mapCounts((name) => snapshots.reduce((sum, { counts }) => sum + counts[name], 0)),
    durations: mapDurations((name) => {
      const sum = new Histogram();
      for (const snapshot of snapshots) sum.add(snapshot.durations[name]);
      return sum.buckets();
    }),
  };
}

/** What happened from one snapshot to a later one. */
export function between(earlier: Snapshot, later: Snapshot): Snapshot {
  return {
    counts: mapCounts((name) => later.counts[name] - earlier.counts[name]),
    durations: mapDurations((name) =>
      new Histogram().add(later.durations[name]).subtract(earlier.durations[name]).buckets(),
    ),
  };
}

function mapCounts(of: (name: Counter) => number): Counts {
  return Object.fromEntries(counters.map((name) => [name, of(name)])) as Counts;
}

function mapDurations(of: (name: Duration) => Buckets): Snapshot['durations'] {
  return Object.fromEntries(durations.map((name) => [name, of(name)])) as Snapshot['durations'];
}
