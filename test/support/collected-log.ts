import type { Logger } from '../../src/base/logger.ts';

export type LogLine = { readonly level: string; readonly message: string; readonly fields: object };

/** Keeps log lines instead of printing them. */
export class CollectedLog implements Logger {
  readonly lines: LogLine[] = [];
  readonly debug = this.#at('debug');
  readonly info = this.#at('info');
  readonly warn = this.#at('warn');
  readonly error = this.#at('error');

  child(): Logger {
    return this;
  }

  #at(level: string) {
    return (fields: object, message: string) => void this.lines.push({ level, message, fields });
  }
}
