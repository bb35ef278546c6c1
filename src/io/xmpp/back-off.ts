import type { Random } from '../../base/random.ts';

/** A fraction from 0 (included) to 1 (excluded). */
function fraction(random: Random): number {
  return random.uint32() / 2 ** 32;
}

/**
 * The pause before connecting again: 1 s after the first failure, growing by 1 s to 5 s, with up to a quarter
 * taken off or put on so that many bridges do not return in one instant; never below 1 s nor above 5 s. A focus
 * drops a bridge as soon as its room does, so longer pauses would cost calls (operations.md §1.5).
 *
 * @param failures attempts failed in a row, from 1
 */
export function reconnectDelayMs(failures: number, random: Random): number {
  const meanMs = Math.min(failures, 5) * 1000;
  const jittered = meanMs * (0.75 + 0.5 * fraction(random));
  return Math.round(Math.min(5000, Math.max(1000, jittered)));
}

/** The pause before asking a room again: 2 s doubling to 30 s, with the same jitter. */
export function joinRetryDelayMs(failures: number, random: Random): number {
  const meanMs = Math.min(30_000, 2000 * 2 ** Math.min(failures - 1, 10));
  return Math.round(meanMs * (0.75 + 0.5 * fraction(random)));
}
