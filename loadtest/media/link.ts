import type { Random } from '../../src/base/random.ts';

/** How the network between a client and the bridge behaves, one direction. */
export type NetworkProfile = {
  /** Share of packets lost, 0 to 1. */
  readonly loss: number;
  /** Mean number of packets lost in a row. */
  readonly burst: number;
  readonly delayMs: number;
  /** Bits a second; 0 = no cap. What waits longer than `queueMs` for it is lost. */
  readonly capBps: number;
};

export const perfectNetwork: NetworkProfile = { loss: 0, burst: 1, delayMs: 0, capBps: 0 };

const QUEUE_MS = 300;

/** Decides for each packet when it comes out at the other end, or that it does not. */
export class Link {
  readonly #profile: NetworkProfile;
  readonly #random: Random;
  #losing = false;
  #freeUs = 0;
  /** Packets it lost. */
  lost = 0;

  constructor(profile: NetworkProfile, random: Random) {
    this.#profile = profile;
    this.#random = random;
  }

  /** @returns µs until it arrives; undefined = lost */
  take(bytes: number, nowUs: number): number | undefined {
    if (this.#loses()) {
      this.#drop();
      return;
    }
    const { delayMs, capBps } = this.#profile;
    if (capBps === 0) return delayMs * 1000;
    const start = Math.max(this.#freeUs, nowUs);
    if (start - nowUs > QUEUE_MS * 1000) {
      this.#drop();
      return;
    }
    this.#freeUs = start + (bytes * 8e6) / capBps;
    return this.#freeUs - nowUs + delayMs * 1000;
  }

  #drop(): undefined {
    this.lost += 1;
    return undefined;
  }

  /** Two states (Gilbert): all is lost in the bad one, which lasts `burst` packets on average. */
  #loses(): boolean {
    const { loss, burst } = this.#profile;
    if (loss <= 0) return false;
    if (loss >= 1) return true;
    const leaveBad = 1 / Math.max(1, burst);
    const enterBad = (loss * leaveBad) / (1 - loss);
    const draw = this.#random.uint32() / 2 ** 32;
    this.#losing = this.#losing ? draw >= leaveBad : draw < enterBad;
    return this.#losing;
  }
}
