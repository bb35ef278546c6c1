import { setLogEventListeners } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { redactAddresses } from './redact-addresses.ts';

const LINES_PER_SECOND = 20;

/**
 * Sends what mediasoup and its workers log to our log; warnings and errors at most 20 a second, since packets anybody can
 * send cause some of them. mediasoup has one set of listeners per process, so the last caller's logger gets them all.
 */
export function forwardMediasoupLog(
  log: Logger,
  redaction: { readonly remoteAddresses: boolean },
): void {
  const limited = new LimitedLog(log);
  const shown = (text: string) => (redaction.remoteAddresses ? redactAddresses(text) : text);
  setLogEventListeners({
    // A worker's `debug` lines arrive here as well; they are made only if its log level asks for them.
    ondebug: (_namespace, text) => {
      if (isWorkerLine(text)) log.debug({ source: 'worker' }, shown(text));
    },
    onwarn: (_namespace, text) => limited.write('warn', shown(text)),
    onerror: (_namespace, text) => limited.write('error', shown(text)),
  });
}

/** The lines of a process name it; mediasoup's own debug lines, one for every call, are not wanted. */
function isWorkerLine(text: string): boolean {
  return text.startsWith('[pid:');
}

class LimitedLog {
  readonly #log: Logger;
  #windowStartMs = 0;
  #written = 0;
  #suppressed = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  write(level: 'warn' | 'error', text: string): void {
    const nowMs = performance.now();
    if (nowMs - this.#windowStartMs >= 1000) {
      if (this.#suppressed > 0) {
        this.#log.warn({ lines: this.#suppressed }, 'worker log lines were left out');
      }
      this.#windowStartMs = nowMs;
      this.#written = 0;
      this.#suppressed = 0;
    }
    if (this.#written >= LINES_PER_SECOND) {
      this.#suppressed += 1;
      return;
    }
    this.#written += 1;
    this.#log[level]({ source: 'worker' }, text);
  }
}
