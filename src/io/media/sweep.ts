import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';

const SLICES = 10;
const SLICE_MS = 100;

export interface Swept {
  /** Called once a second; a call that takes longer is not repeated until it ends. */
  sweep(): Promise<void>;
}

/** Visits everything it was given once a second, a tenth each 100 ms, so that no tick is a long one. */
export class Sweep {
  readonly #slices: readonly Set<Swept>[] = Array.from({ length: SLICES }, () => new Set<Swept>());
  readonly #busy = new WeakSet<Swept>();
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #next = 0;

  constructor(log: Logger) {
    this.#log = log;
    this.#timer = setInterval(() => this.#visitSlice(), SLICE_MS);
    this.#timer.unref();
  }

  /** @returns how to take it out again */
  add(item: Swept): () => void {
    const smallest = this.#slices.reduce((a, b) => (b.size < a.size ? b : a));
    smallest.add(item);
    return () => smallest.delete(item);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #visitSlice(): void {
    const slice = this.#slices[this.#next];
    this.#next = (this.#next + 1) % SLICES;
    for (const item of slice ?? []) {
      if (this.#busy.has(item)) continue;
      this.#busy.add(item);
      runInBackground(async () => {
        try {
          await item.sweep();
        } finally {
          this.#busy.delete(item);
        }
      }, this.#log);
    }
  }
}
