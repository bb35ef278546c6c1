export type ByteCounts = { readonly bytesIn: number; readonly bytesOut: number };
export type PacketCounts = { readonly packetsIn: number; readonly packetsOut: number };
type Counts = ByteCounts & PacketCounts & { readonly bytesPiped: number };

/** The state of one endpoint's link as last seen; fractions 0 to 1, undefined without any report. */
export type LinkQuality = {
  readonly lossIn: number | undefined;
  readonly lossOut: number | undefined;
  readonly rttMs: number | undefined;
};

/** Counters since the start, rates over the last interval, means over the endpoints. */
export type TrafficFigures = Counts & {
  readonly packetsPerSecondIn: number;
  readonly packetsPerSecondOut: number;
  readonly bitsPerSecondIn: number;
  readonly bitsPerSecondOut: number;
  readonly lossIn: number;
  readonly lossOut: number;
  readonly rttMs: number;
  /** Between workers, RTP and RTCP. */
  readonly bytesPiped: number;
  readonly bitsPerSecondPiped: number;
};

const nothing: Counts = { bytesIn: 0, bytesOut: 0, packetsIn: 0, packetsOut: 0, bytesPiped: 0 };

/** What happens to transports and channels, counted since the start. */
export type TransportCounts = {
  iceRestarts: { started: number; succeeded: number; notEstablished: number };
  iceSucceededRelayed: number;
  rejectedDataChannels: number;
};

/** Adds up what endpoints (bytes, quality) and workers (packets) report; those that are gone stay counted. */
export class Traffic {
  readonly #links = new Map<object, LinkQuality>();
  readonly transports: TransportCounts = {
    iceRestarts: { started: 0, succeeded: 0, notEstablished: 0 },
    iceSucceededRelayed: 0,
    rejectedDataChannels: 0,
  };
  #total = nothing;
  #atTick = nothing;
  #rates = {
    bitsPerSecondIn: 0,
    bitsPerSecondOut: 0,
    packetsPerSecondIn: 0,
    packetsPerSecondOut: 0,
    bitsPerSecondPiped: 0,
  };
  #tickMs: number;

  constructor(nowMs: number) {
    this.#tickMs = nowMs;
  }

  /** @param growth since the last report of this endpoint */
  report(endpoint: object, growth: ByteCounts, quality: LinkQuality): void {
    this.#total = {
      ...this.#total,
      bytesIn: this.#total.bytesIn + growth.bytesIn,
      bytesOut: this.#total.bytesOut + growth.bytesOut,
    };
    this.#links.set(endpoint, quality);
  }

  /** @param growth since the last report of this worker */
  countPackets(growth: PacketCounts): void {
    this.#total = {
      ...this.#total,
      packetsIn: this.#total.packetsIn + growth.packetsIn,
      packetsOut: this.#total.packetsOut + growth.packetsOut,
    };
  }

  /** @param bytes since the last report of this pipe */
  countPiped(bytes: number): void {
    this.#total = { ...this.#total, bytesPiped: this.#total.bytesPiped + bytes };
  }

  forget(endpoint: object): void {
    this.#links.delete(endpoint);
  }

  /** Ends an interval: rates are of the time since the last call. */
  tick(nowMs: number): void {
    const seconds = (nowMs - this.#tickMs) / 1000;
    if (seconds <= 0) return;
    const rate = (counter: keyof Counts) =>
      Math.round((this.#total[counter] - this.#atTick[counter]) / seconds);
    this.#rates = {
      bitsPerSecondIn: rate('bytesIn') * 8,
      bitsPerSecondOut: rate('bytesOut') * 8,
      packetsPerSecondIn: rate('packetsIn'),
      packetsPerSecondOut: rate('packetsOut'),
      bitsPerSecondPiped: rate('bytesPiped') * 8,
    };
    this.#atTick = this.#total;
    this.#tickMs = nowMs;
  }

  figures(): TrafficFigures {
    const links = [...this.#links.values()];
    return {
      ...this.#total,
      ...this.#rates,
      lossIn: mean(links.map(({ lossIn }) => lossIn)),
      lossOut: mean(links.map(({ lossOut }) => lossOut)),
      rttMs: mean(links.map(({ rttMs }) => rttMs)),
    };
  }
}

/** Of those that have a value; 0 if none has. */
function mean(values: readonly (number | undefined)[]): number {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
