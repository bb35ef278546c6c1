import type { Random } from '../../src/base/random.ts';

const TALK_S = 1.0;
const PAUSE_S = 1.6;

/** Speech and silence in turn, exponential with the means of ITU-T P.59 (1.0 s and 1.6 s). */
export class TalkSpurts {
  readonly #random: Random;
  #talking = false;
  #untilUs = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether somebody talks at that time; times must not go back. */
  talkingAt(nowUs: number): boolean {
    // The first state is drawn by its share of the time, so that rooms do not start in step.
    if (this.#untilUs === 0) this.#start(this.#share() < TALK_S / (TALK_S + PAUSE_S), nowUs);
    while (nowUs >= this.#untilUs) this.#start(!this.#talking, this.#untilUs);
    return this.#talking;
  }

  #start(talking: boolean, atUs: number): void {
    this.#talking = talking;
    this.#untilUs = atUs + -Math.log(1 - this.#share()) * (talking ? TALK_S : PAUSE_S) * 1e6 + 1;
  }

  #share(): number {
    return this.#random.uint32() / 2 ** 32;
  }
}
