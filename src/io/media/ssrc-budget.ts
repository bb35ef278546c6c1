import type { Ssrc } from '../../model/ids.ts';

/** Counts the SSRCs a transport was ever used with in one direction: the worker keeps SRTP state for each as long as it lives. */
export class SsrcBudget {
  readonly #limit: number;
  readonly #known = new Set<Ssrc>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False, and nothing counted, if the new ones among `ssrcs` would exceed the limit. */
  admit(ssrcs: readonly Ssrc[]): boolean {
    const fresh = new Set(ssrcs.filter((ssrc) => !this.#known.has(ssrc)));
    if (this.#known.size + fresh.size > this.#limit) return false;
    for (const ssrc of fresh) this.#known.add(ssrc);
    return true;
  }
}
