import type { Clock, Timers } from '../../src/base/clock.ts';
import type { Measurements } from './measurements.ts';

/** Something that sends at times of its own. */
export interface Paced {
  /** When it wants to send next, µs. */
  readonly dueUs: number;
  send(nowUs: number): void;
}

/** A sender this late gives up what it missed instead of sending it all at once. */
export const MAX_LATE_US = 200_000;

/** Between two runs; what is shorter is no stop. */
const STALL_US = 10_000;

/** Runs all senders of a process from one timer and notes how late they were: what tells a starved generator. */
export class Pacer {
  readonly #totals: Measurements;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #senders = new Set<Paced>();
  #running = true;
  #ranUs: number;

  constructor(clock: Clock, timers: Timers, totals: Measurements) {
    this.#totals = totals;
    this.#clock = clock;
    this.#timers = timers;
    this.#ranUs = clock.nowMs() * 1000;
    this.#schedule();
  }

  add(sender: Paced): void {
    this.#senders.add(sender);
  }

  remove(sender: Paced): void {
    this.#senders.delete(sender);
  }

  stop(): void {
    this.#running = false;
  }

  #schedule(): void {
    this.#timers.after(1, () => {
      if (!this.#running) return;
      this.#run();
      this.#schedule();
    });
  }

  #run(): void {
    const nowUs = this.#clock.nowMs() * 1000;
    if (nowUs - this.#ranUs > STALL_US) this.#totals.record('stall', nowUs - this.#ranUs);
    this.#ranUs = nowUs;
    for (const sender of this.#senders) {
      if (sender.dueUs > nowUs) continue;
      this.#totals.record('lateness', nowUs - sender.dueUs);
      sender.send(nowUs);
    }
  }
}
