/** What a link does for a while. */
export type LinkPhase = {
  readonly seconds: number;
  readonly capacityBps: number;
  /** Fraction of packets lost whatever the load. */
  readonly loss: number;
};

export type LinkReport = {
  readonly atMs: number;
  readonly phase: number;
  readonly estimateBps: number;
};

/** How often a congestion controller says what it thinks. */
export const reportIntervalMs = 200;

const queueLimitMs = 60;
const backOff = 0.85;
const holdMs = 1_000;
const growthPerSecond = 1.08;
const additiveBpsPerSecond = 40_000;
const noise = 0.03;

/**
 * A bottleneck with a queue and, before it, a congestion controller of the usual kind (additive or multiplicative
 * increase, back-off when the queue grows or much is lost): estimates as a receiver's link would give them. The same
 * every time.
 */
export class SimulatedLink {
  readonly #phases: readonly LinkPhase[];
  readonly #random: () => number;
  #estimateBps = 2_500_000;
  #queueMs = 0;
  #holdUntilMs = 0;
  #lastMaximumBps = 0;

  constructor(phases: readonly LinkPhase[]) {
    this.#phases = phases;
    let state = 12_345;
    this.#random = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  }

  /** @param offeredBps what is sent now, padding included. */
  *reports(offeredBps: () => number): Generator<LinkReport> {
    let atMs = 0;
    for (const [phase, link] of this.#phases.entries()) {
      for (const endMs = atMs + link.seconds * 1000; atMs < endMs; atMs += reportIntervalMs) {
        this.#step(link, Math.min(offeredBps(), this.#estimateBps), atMs);
        const estimateBps = Math.round(this.#estimateBps * (1 + noise * (2 * this.#random() - 1)));
        yield { atMs, phase, estimateBps };
      }
    }
  }

  #step({ capacityBps, loss }: LinkPhase, sentBps: number, atMs: number): void {
    const excess = (sentBps - capacityBps) / capacityBps;
    this.#queueMs = Math.max(0, this.#queueMs + excess * reportIntervalMs);
    const receivedBps = Math.min(sentBps, capacityBps) * (1 - loss);
    if (this.#queueMs > queueLimitMs) {
      this.#lastMaximumBps = receivedBps;
      this.#estimateBps = backOff * receivedBps;
      this.#queueMs = 0; // drained while the sender holds back
      this.#holdUntilMs = atMs + holdMs;
    } else if (loss > 0.1) {
      this.#estimateBps *= 1 - (0.5 * loss * reportIntervalMs) / 1000;
    } else if (atMs >= this.#holdUntilMs) {
      this.#increase(receivedBps);
    }
  }

  /** Carefully where it was too much last time, boldly elsewhere, and never far beyond what was seen to arrive. */
  #increase(receivedBps: number): void {
    const seconds = reportIntervalMs / 1000;
    const nearMaximum = Math.abs(this.#estimateBps / this.#lastMaximumBps - 1) < 0.15;
    const next = nearMaximum
      ? this.#estimateBps + additiveBpsPerSecond * seconds
      : this.#estimateBps * growthPerSecond ** seconds;
    this.#estimateBps = Math.max(this.#estimateBps, Math.min(next, 1.5 * receivedBps + 10_000));
  }
}
