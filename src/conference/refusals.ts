import type { SourceName } from '../model/ids.ts';

type Refusal = {
  /** Undefined = it is being tried again. */
  retryAtMs: number | undefined;
  pauseMs: number;
};

const firstPauseMs = 10_000;
const longestPauseMs = 300_000;

/**
 * Sources that the media plane could not send to a receiver. What stood in the way may pass (an SSRC in use, an object
 * that was just closing), so each is tried again, after pauses that grow.
 */
export class Refusals {
  readonly #refusals = new Map<SourceName, Refusal>();

  add(source: SourceName, nowMs: number): void {
    const former = this.#refusals.get(source);
    const pauseMs = former ? Math.min(2 * former.pauseMs, longestPauseMs) : firstPauseMs;
    this.#refusals.set(source, { retryAtMs: nowMs + pauseMs, pauseMs });
  }

  has(source: SourceName): boolean {
    return this.#refusals.get(source)?.retryAtMs !== undefined;
  }

  /** When the next one is due; Infinity = none. */
  get dueMs(): number {
    let dueMs = Infinity;
    for (const { retryAtMs = Infinity } of this.#refusals.values())
      dueMs = Math.min(dueMs, retryAtMs);
    return dueMs;
  }

  /** Lets those that are due be tried, and forgets sources that are gone. */
  update(isPresent: (source: SourceName) => boolean, nowMs: number): void {
    for (const [source, refusal] of this.#refusals) {
      if (!isPresent(source)) this.#refusals.delete(source);
      else if (nowMs >= (refusal.retryAtMs ?? Infinity)) refusal.retryAtMs = undefined;
    }
  }
}
