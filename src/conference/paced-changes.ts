import type { Clock, Scheduled, Timers } from '../base/clock.ts';
import { RateLimit } from '../base/rate-limit.ts';
import { limits } from './conference-config.ts';

/**
 * Carries out what a client says of itself and everybody pays for: some changes at once, then at a mean rate, of each kind
 * the latest. So one client that toggles costs the others and the bridge no more than one that is restless.
 */
export class PacedChanges {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiting = new Map<string, () => void>();
  readonly #rate: RateLimit;
  #scheduled: Scheduled | undefined;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
    this.#rate = new RateLimit(limits.changesPerSecond, limits.changeBurst, clock.nowMs());
  }

  /** @param kind what it changes; of few kinds, since each can wait. */
  run(kind: string, change: () => void): void {
    this.#waiting.set(kind, change);
    if (!this.#scheduled) this.#carryOut();
  }

  close(): void {
    this.#waiting.clear();
    this.#scheduled?.cancel();
  }

  #carryOut(): void {
    this.#scheduled = undefined;
    for (const [kind, change] of this.#waiting) {
      if (!this.#rate.take(1, this.#clock.nowMs())) {
        this.#scheduled = this.#timers.after(this.#rate.waitMs(1), () => this.#carryOut());
        return;
      }
      this.#waiting.delete(kind);
      change();
    }
  }
}
