import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Timers } from '../../src/base/clock.ts';
import type { Logger } from '../../src/base/logger.ts';
import type { Random } from '../../src/base/random.ts';

/** The real clock, timers and randomness, as the product has them. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
};

export const systemTimers: Timers = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  every: (intervalMs, task) => {
    const timer = setInterval(task, intervalMs);
    return { cancel: () => clearInterval(timer) };
  },
};

export const systemRandom: Random = {
  uint32: () => randomInt(2 ** 32),
  alphanumeric: (length) => randomBytes(length).toString('hex').slice(0, length),
};

export type LoggedLine = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
};

/** A logger that keeps its lines, children's included, for tests to look at. */
export function memoryLogger(): Logger & { readonly lines: readonly LoggedLine[] } {
  const lines: LoggedLine[] = [];
  const logger = (bindings: Readonly<Record<string, unknown>>): Logger => {
    const at = (level: LoggedLine['level']) => (fields: object, message: string) => {
      lines.push({ level, fields: { ...bindings, ...fields }, message });
    };
    return {
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (more) => logger({ ...bindings, ...more }),
    };
  };
  return { ...logger({}), lines };
}
