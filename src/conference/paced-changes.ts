import type { Clock, Scheduled, Timers } from '../base/clock.ts';
import { limits } from './conference-config.ts';

/**
 * Carries out what a client says of itself and everybody pays for: some changes at once, then at a mean rate, of each kind
 * the latest. So one client that toggles costs the others and the bridge no more than one that is restless.
 */
export class PacedChanges {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiting = new Map<string, () => void>();
  /** When the next change would be due if all before had been at the mean rate. */
  #dueMs = -Infinity;
  #scheduled: Scheduled | undefined;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
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
    const intervalMs = 1000 / limits.changesPerSecond;
    const aheadMs = (limits.changeBurst - 1) * intervalMs;
    for (const [kind, change] of this.#waiting) {
      const nowMs = this.#clock.nowMs();
      const waitMs = this.#dueMs - aheadMs - nowMs;
      if (waitMs > 0) {
        this.#scheduled = this.#timers.after(waitMs, () => this.#carryOut());
        return;
      }
      this.#dueMs = Math.max(this.#dueMs, nowMs) + intervalMs;
      this.#waiting.delete(kind);
      change();
    }
  }
}
