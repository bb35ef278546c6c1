import type { Clock, Timers } from '../../src/base/clock.ts';

/** Time passes between the two readings, the first time most: milliseconds, by which processes would differ. The nearest pair counts. */
const offsetMs = Math.max(
  ...Array.from({ length: 20 }, () => Number(process.hrtime.bigint()) / 1e6 - performance.now()),
);

/** CLOCK_MONOTONIC, the same in all processes of a machine: send times of one are compared with arrivals in another. */
export const machineClock: Clock = {
  nowMs: () => performance.now() + offsetMs,
  wallMs: () => Date.now(),
};

export const processTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs);
    return { cancel: () => clearInterval(timer) };
  },
};
