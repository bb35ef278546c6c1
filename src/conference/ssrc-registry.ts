import type { Random } from '../base/random.ts';
import { type Ssrc, ssrc } from '../model/ids.ts';

/** SSRCs the bridge made up for one conference, kept apart from each other and from those that were signalled. */
export class SsrcRegistry {
  readonly #random: Random;
  readonly #listSignalled: () => Iterable<Ssrc>;
  readonly #drawn = new Set<Ssrc>();
  #signalled: ReadonlySet<Ssrc> | undefined;

  constructor(random: Random, listSignalled: () => Iterable<Ssrc>) {
    this.#random = random;
    this.#listSignalled = listSignalled;
  }

  /** A random SSRC that nobody in the conference uses. */
  draw(): Ssrc {
    this.#signalled ??= new Set(this.#listSignalled());
    for (;;) {
      const candidate = ssrc(this.#random.uint32());
      if (candidate !== 0 && !this.#drawn.has(candidate) && !this.#signalled.has(candidate)) {
        this.#drawn.add(candidate);
        return candidate;
      }
    }
  }

  /** Others are signalled now. */
  forgetSignalled(): void {
    this.#signalled = undefined;
  }

  release(ssrcs: Iterable<Ssrc>): void {
    for (const each of ssrcs) this.#drawn.delete(each);
  }
}
