/** The source of time, an argument wherever time matters so that tests can set it. */
export interface Clock {
  /** Milliseconds of a clock that never goes back. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, for timestamps that people and peers read. */
  wallMs(): number;
}

/** A scheduled call that can be called off. Cancelling twice, or after it ran, does nothing. */
export type Scheduled = { cancel(): void };

/** Timers as an argument, for the same reason as the clock. */
export interface Timers {
  after(delayMs: number, task: () => void): Scheduled;
  every(intervalMs: number, task: () => void): Scheduled;
}
