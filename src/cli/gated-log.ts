import type { Logger } from '../base/logger.ts';
import type { LogLevel } from '../config/bridge-config.ts';

type Fields = Readonly<Record<string, unknown>>;

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

/** The least that is logged, now. */
export type LogThreshold = { readonly level: LogLevel };

/** Lets through what reaches the threshold; loggers made of it long ago follow it, which pino's own children do not. */
export class GatedLog implements Logger {
  readonly #inner: Logger;
  readonly #threshold: LogThreshold;

  /** @param inner logs whatever it is given */
  constructor(inner: Logger, threshold: LogThreshold) {
    this.#inner = inner;
    this.#threshold = threshold;
  }

  debug(fields: Fields, message: string): void {
    this.#log('debug', fields, message);
  }

  info(fields: Fields, message: string): void {
    this.#log('info', fields, message);
  }

  warn(fields: Fields, message: string): void {
    this.#log('warn', fields, message);
  }

  error(fields: Fields, message: string): void {
    this.#log('error', fields, message);
  }

  child(bindings: Fields): Logger {
    return new GatedLog(this.#inner.child(bindings), this.#threshold);
  }

  #log(level: LogLevel, fields: Fields, message: string): void {
    if (order.indexOf(level) < order.indexOf(this.#threshold.level)) return;
    this.#inner[level](fields, message);
  }
}
