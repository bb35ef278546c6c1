import type { Random } from '../base/random.ts';
import { type Ssrc, ssrc } from '../model/ids.ts';

/** SSRCs the bridge made up for one conference, kept apart from each other and from those that were signalled. */
export class SsrcRegistry {
  readonly #random: Random;
  readonly #drawn = new Set<Ssrc>();
  readonly #isSignalled: (candidate: Ssrc) => boolean;

  constructor(random: Random, isSignalled: (candidate: Ssrc) => boolean) {
    this.#random = random;
    this.#isSignalled = isSignalled;
  }

  /** A random SSRC that nobody in the conference uses. */
  draw(): Ssrc {
    for (;;) {
      const candidate = ssrc(this.#random.uint32());
      if (candidate !== 0 && !this.#drawn.has(candidate) && !this.#isSignalled(candidate)) {
        this.#drawn.add(candidate);
        return candidate;
      }
    }
  }

  release(ssrcs: Iterable<Ssrc>): void {
    for (const each of ssrcs) this.#drawn.delete(each);
  }

  isDrawn(candidate: Ssrc): boolean {
    return this.#drawn.has(candidate);
  }
}
