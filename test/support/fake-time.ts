import type { Clock, Scheduled, Timers } from '../../src/base/clock.ts';

type Task = { atMs: number; readonly everyMs: number | undefined; readonly run: () => void };

/** A clock that stands until it is told to go on, and timers that ring on the way. */
export class FakeTime implements Clock, Timers {
  #nowMs = 1_000_000;
  readonly #tasks = new Set<Task>();

  nowMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return Date.UTC(2026, 0, 1) + this.#nowMs;
  }

  after(delayMs: number, run: () => void): Scheduled {
    return this.#add({ atMs: this.#nowMs + delayMs, everyMs: undefined, run });
  }

  every(intervalMs: number, run: () => void): Scheduled {
    return this.#add({ atMs: this.#nowMs + intervalMs, everyMs: intervalMs, run });
  }

  /** Timers that have not rung yet. */
  get pending(): number {
    return this.#tasks.size;
  }

  advance(byMs: number): void {
    const end = this.#nowMs + byMs;
    for (;;) {
      const [next] = [...this.#tasks].sort((a, b) => a.atMs - b.atMs);
      if (!next || next.atMs > end) break;
      this.#nowMs = next.atMs;
      if (next.everyMs === undefined) this.#tasks.delete(next);
      else next.atMs += next.everyMs;
      next.run();
    }
    this.#nowMs = end;
  }

  #add(task: Task): Scheduled {
    this.#tasks.add(task);
    return { cancel: () => void this.#tasks.delete(task) };
  }
}
