import type { EstimateConfig } from './conference-config.ts';

/** bit/s, Infinity = no limit, and what that rests on. */
export type Bandwidth = {
  readonly bps: number;
  readonly basis: 'assumed' | 'not-trusted' | 'no-rtx' | 'no-estimate' | 'estimate';
};

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
   * What there is to distribute.
   * @param assumedBps the receiver's own word, -1 = none.
   * @param adaptive whether the receiver can be measured at all: it was offered retransmission.
   */
  available(assumedBps: number, adaptive: boolean): Bandwidth {
    const limit = this.#config.assumedBandwidthLimitBps;
    if (assumedBps >= 0 && limit !== undefined) {
      return { bps: Math.min(assumedBps, limit), basis: 'assumed' };
    }
    if (!this.#config.trustBwe) return { bps: Infinity, basis: 'not-trusted' };
    if (!adaptive) return { bps: Infinity, basis: 'no-rtx' };
    if (this.#usedBps === undefined) return { bps: Infinity, basis: 'no-estimate' };
    return { bps: this.#usedBps, basis: 'estimate' };
  }
}
