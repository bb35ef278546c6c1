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
  /** A ping is out, and nothing has come since. */
  #asked = false;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  start(): void {
    this.received();
    this.#wait(this.#options.idleMs);
  }

  /** Something came in. Cheap: called for every packet. */
  received(): void {
    this.#heardMs = this.#options.clock.nowMs();
    this.#asked = false;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #wait(delayMs: number): void {
    this.stop();
    this.#timer = this.#options.timers.after(delayMs, () => this.#check());
  }

  #check(): void {
    const { idleMs, timeoutMs, clock, ping, onDead } = this.#options;
    const silentMs = clock.nowMs() - this.#heardMs;
    if (silentMs < idleMs) {
      this.#wait(idleMs - silentMs);
    } else if (silentMs >= idleMs + timeoutMs) {
      onDead();
    } else {
      // Looked at in idle steps, so that after an answer the next ping is not a whole timeout away.
      this.#wait(Math.min(idleMs, idleMs + timeoutMs - silentMs));
      if (this.#asked) return;
      this.#asked = true;
      ping();
    }
  }
}
