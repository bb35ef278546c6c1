/** A token bucket: `perSecond` on average, `burst` at once. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #burst: number;
  #available: number;
  #lastMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#available = burst;
    this.#lastMs = nowMs;
  }

  /** Takes `amount` if it is there; false, and nothing taken, if not. */
  take(amount: number, nowMs: number): boolean {
    const gained = ((nowMs - this.#lastMs) / 1000) * this.#perSecond;
    this.#available = Math.min(this.#burst, this.#available + gained);
    this.#lastMs = nowMs;
    if (amount > this.#available) return false;
    this.#available -= amount;
    return true;
  }

  /** How long after it was refused `amount` will be there, in whole ms. */
  waitMs(amount: number): number {
    return Math.ceil(((amount - this.#available) / this.#perSecond) * 1000);
  }
}
