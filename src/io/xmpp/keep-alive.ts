import type { Clock, Scheduled, Timers } from '../../base/clock.ts';

export type KeepAliveOptions = {
  /** Silence after which the server is asked, ms. */
  readonly idleMs: number;
  /** Further silence after which it counts as gone, ms. */
  readonly timeoutMs: number;
  readonly ping: () => void;
  readonly onDead: () => void;
  readonly clock: Clock;
  readonly timers: Timers;
};

/** Asks a silent peer for a sign of life. Any input is one, even an error. */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  #timer: Scheduled | undefined;
  #heardMs = 0;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  start(): void {
    this.received();
    this.#wait(this.#options.idleMs, false);
  }

  /** Something came in. Cheap: called for every packet. */
  received(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** @param asked whether a ping is out, so that silence beyond the idle time may still end well */
  #wait(delayMs: number, asked: boolean): void {
    this.stop();
    this.#timer = this.#options.timers.after(delayMs, () => this.#check(asked));
  }

  #check(asked: boolean): void {
    const { idleMs, timeoutMs, clock, ping, onDead } = this.#options;
    const silentMs = clock.nowMs() - this.#heardMs;
    if (silentMs < idleMs) this.#wait(idleMs - silentMs, false);
    else if (silentMs >= idleMs + timeoutMs) onDead();
    else {
      if (!asked) ping();
      // Looked at in idle steps, so that after an answer the next ping is not a whole timeout away.
      this.#wait(Math.min(idleMs, idleMs + timeoutMs - silentMs), true);
    }
  }
}
