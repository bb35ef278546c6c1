import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';

const TICKS_PER_SECOND = 10;
/** Visits of one sweep, so that its cost stays the same however many items there are. */
const MAX_VISITS_PER_SECOND = 200;

export interface Swept {
  /** Called once a second, or less often among more than 200; not again before it ends. */
  sweep(): Promise<void>;
}

/** Visits everything it was given in turn, a few each 100 ms, so that no tick is a long one. */
export class Sweep {
  /** The next to visit comes first. */
  readonly #items = new Set<Swept>();
  readonly #busy = new WeakSet<Swept>();
  readonly #log: Logger;
  /** While there is something to visit. */
  #timer: NodeJS.Timeout | undefined;
  /** Tenths of visits due and not made: 15 items are one and a half visits a tick. */
  #dueTenths = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @returns how to take it out again */
  add(item: Swept): () => void {
    this.#items.add(item);
    this.#timer ??= setInterval(() => this.tick(), 1000 / TICKS_PER_SECOND).unref();
    return () => {
      this.#items.delete(item);
      if (this.#items.size === 0) this.close();
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** One tenth of a second's work. */
  tick(): void {
    this.#dueTenths += Math.min(this.#items.size, MAX_VISITS_PER_SECOND);
    const visits = Math.floor(this.#dueTenths / TICKS_PER_SECOND);
    this.#dueTenths -= visits * TICKS_PER_SECOND;
    for (const item of first(this.#items, visits)) {
      this.#items.delete(item);
      this.#items.add(item);
      this.#visit(item);
    }
  }

  #visit(item: Swept): void {
    if (this.#busy.has(item)) return;
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

function first<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    if (taken.length === count) break;
    taken.push(item);
  }
  return taken;
}
