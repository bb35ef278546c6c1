import type { EstimateConfig } from './conference-config.ts';

/** What one receiver's link is taken to carry (allocation.md §1.8). Estimates that hardly differ are not acted upon. */
export class DownlinkEstimate {
  readonly #config: EstimateConfig;
  #firstMs: number | undefined;
  #latestBps: number | undefined;
  #usedBps: number | undefined;

  constructor(config: EstimateConfig) {
    this.#config = config;
  }

  /** The newest estimate, for statistics; undefined = none yet. */
  get latestBps(): number | undefined {
    return this.#latestBps;
  }

  /** @returns whether it differs enough from the one in use to allocate anew. */
  report(bps: number, nowMs: number): boolean {
    this.#latestBps = bps;
    this.#firstMs ??= nowMs;
    if (nowMs - this.#firstMs < this.#config.initialIgnorePeriodMs) return false;
    const used = this.#usedBps;
    if (used !== undefined && Math.abs(bps - used) <= used * this.#config.changeThreshold) {
      return false;
    }
    this.#usedBps = bps;
    return true;
  }

  /**
   * bit/s to distribute; Infinity where there is no estimate to trust.
   * @param assumedBps the receiver's own word, -1 = none.
   * @param adaptive whether the receiver can be measured at all: it was offered retransmission.
   */
  availableBps(assumedBps: number, adaptive: boolean): number {
    const limit = this.#config.assumedBandwidthLimitBps;
    if (assumedBps >= 0 && limit !== undefined) return Math.min(assumedBps, limit);
    if (!this.#config.trustBwe || !adaptive) return Infinity;
    return this.#usedBps ?? Infinity;
  }
}
