import type { EstimateConfig } from './conference-config.ts';

/** bit/s, Infinity = no limit, and what that rests on. */
export type Bandwidth = {
  readonly bps: number;
  readonly basis: 'assumed' | 'not-trusted' | 'no-rtx' | 'no-estimate' | 'estimate';
};

/**
 * Congestion control finds the limit of a link by going beyond it and falling back, again and again. For so long after a
 * fall only a rise by more than this fraction is taken for a better link: pictures would come and go with each try.
 */
const cautionMs = 10_000;
const cautiousRise = 0.5;

/** What one receiver's link is taken to carry (allocation.md §1.8). Estimates that hardly differ are not acted upon. */
export class DownlinkEstimate {
  readonly #config: EstimateConfig;
  #firstMs: number | undefined;
  #latestBps: number | undefined;
  #usedBps: number | undefined;
  /** The most since the last fall. */
  #peakBps = 0;
  #fellMs = -Infinity;

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
    this.#watchFalls(bps, nowMs);
    if (!this.#differs(bps, nowMs)) return false;
    this.#usedBps = bps;
    return true;
  }

  #watchFalls(bps: number, nowMs: number): void {
    if (bps < this.#peakBps * (1 - this.#config.changeThreshold)) {
      this.#fellMs = nowMs;
      this.#peakBps = bps;
    } else {
      this.#peakBps = Math.max(this.#peakBps, bps);
    }
  }

  #differs(bps: number, nowMs: number): boolean {
    const used = this.#usedBps;
    if (used === undefined) return true;
    const { changeThreshold } = this.#config;
    const cautious = bps > used && nowMs - this.#fellMs < cautionMs;
    const threshold = cautious ? Math.max(cautiousRise, changeThreshold) : changeThreshold;
    return Math.abs(bps - used) > used * threshold;
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
