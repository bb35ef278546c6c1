import { randomInt } from 'node:crypto';
import type { Clock, Timers } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
};

/** Timers that do not keep the process alive by themselves: sockets and workers do. */
export const systemTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs).unref();
    return { cancel: () => clearTimeout(timer) };
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs).unref();
    return { cancel: () => clearInterval(timer) };
  },
};

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The operating system's generator (crypto.randomInt: uniform, no modulo bias). */
export const secureRandom: Random = {
  uint32: () => randomInt(2 ** 32),
  alphanumeric: (length) =>
    Array.from({ length }, () => letters[randomInt(letters.length)]).join(''),
};
