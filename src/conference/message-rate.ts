import { limits } from './conference-config.ts';

/** Lets a client's messages through up to a burst and a mean rate; what is more is to be dropped. */
export class MessageRate {
  #credit: number = limits.messageBurst;
  #atMs: number;
  #dropped = 0;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** @returns whether one more message may pass. */
  take(nowMs: number): boolean {
    const earned = ((nowMs - this.#atMs) / 1000) * limits.messagesPerSecond;
    this.#credit = Math.min(limits.messageBurst, this.#credit + earned);
    this.#atMs = nowMs;
    if (this.#credit < 1) {
      this.#dropped += 1;
      return false;
    }
    this.#credit -= 1;
    return true;
  }
}
