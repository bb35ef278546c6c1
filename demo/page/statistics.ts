// What the browser measured of each stream in the last interval, from getStats (webrtc-stats).

export type StreamStatistics = {
  readonly direction: 'in' | 'out';
  readonly kind: string;
  readonly ssrc: number;
  readonly codec: string;
  readonly bitrateBps: number;
  readonly packetsLost: number;
  readonly jitterMs: number | undefined;
  /** `320×180 at 15` */
  readonly picture: string | undefined;
  readonly frames: number | undefined;
  readonly keyframeRequests: number | undefined;
  readonly retransmissions: number | undefined;
  readonly limitation: string | undefined;
};

export type ConnectionStatistics = {
  readonly protocol: string;
  readonly rttMs: number | undefined;
  readonly uplinkBps: number | undefined;
  readonly srtpCipher: string;
};

export type Statistics = {
  readonly streams: readonly StreamStatistics[];
  readonly connection: ConnectionStatistics | undefined;
};

type Report = Readonly<Record<string, unknown>> & { readonly id: string; readonly type: string };
type Bytes = { readonly bytes: number; readonly timestampMs: number };

/** Reads a peer connection's statistics; bit rates are means since the call before. */
export class StatisticsReader {
  readonly #former = new Map<string, Bytes>();

  async read(connection: RTCPeerConnection): Promise<Statistics> {
    const reports = new Map<string, Report>();
    (await connection.getStats()).forEach((report: Report) => reports.set(report.id, report));
    const all = [...reports.values()];
    return {
      streams: all
        .filter(({ type }) => type === 'inbound-rtp' || type === 'outbound-rtp')
        .map((report) => this.#stream(report, reports)),
      connection: connectionOf(all, reports),
    };
  }

  #stream(report: Report, reports: ReadonlyMap<string, Report>): StreamStatistics {
    const incoming = report.type === 'inbound-rtp';
    const codec = text(reports.get(text(report['codecId']))?.['mimeType']);
    const jitter = number(report['jitter']);
    return {
      direction: incoming ? 'in' : 'out',
      kind: text(report['kind']),
      ssrc: number(report['ssrc']) ?? 0,
      codec: codec.split('/')[1] ?? '',
      bitrateBps: this.#bitrate(report, number(report[incoming ? 'bytesReceived' : 'bytesSent'])),
      packetsLost: number(report['packetsLost']) ?? 0,
      jitterMs: jitter === undefined ? undefined : jitter * 1000,
      picture: pictureOf(report),
      frames: number(report[incoming ? 'framesDecoded' : 'framesEncoded']),
      keyframeRequests: number(report['pliCount']),
      retransmissions: number(
        report[incoming ? 'retransmittedPacketsReceived' : 'retransmittedPacketsSent'],
      ),
      limitation: incoming ? undefined : text(report['qualityLimitationReason']),
    };
  }

  #bitrate({ id, timestamp }: Report, bytes = 0): number {
    const timestampMs = number(timestamp) ?? 0;
    const former = this.#former.get(id);
    this.#former.set(id, { bytes, timestampMs });
    if (!former || timestampMs <= former.timestampMs) return 0;
    return ((bytes - former.bytes) * 8000) / (timestampMs - former.timestampMs);
  }
}

function connectionOf(
  all: readonly Report[],
  reports: ReadonlyMap<string, Report>,
): ConnectionStatistics | undefined {
  const pair =
    reports.get(text(all.find(({ type }) => type === 'transport')?.['selectedCandidatePairId'])) ??
    all.find(({ type, selected }) => type === 'candidate-pair' && selected === true);
  if (!pair) return undefined;
  const local = reports.get(text(pair['localCandidateId']));
  const rtt = number(pair['currentRoundTripTime']);
  return {
    protocol: text(local?.['protocol']),
    rttMs: rtt === undefined ? undefined : rtt * 1000,
    uplinkBps: number(pair['availableOutgoingBitrate']),
    srtpCipher: text(all.find(({ type }) => type === 'transport')?.['srtpCipher']),
  };
}

function pictureOf(report: Report): string | undefined {
  const width = number(report['frameWidth']);
  const height = number(report['frameHeight']);
  if (width === undefined || height === undefined) return undefined;
  return `${width}×${height} at ${Math.round(number(report['framesPerSecond']) ?? 0)}`;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined =>
  typeof value === 'number' ? value : undefined;
