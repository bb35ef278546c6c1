import type { EndpointId } from '../model/ids.ts';

/** Who spoke last, in order: decides the priority of video and whom clients show (allocation.md §1.2, §3.1). */
export class Speakers {
  readonly #announcedCount: number;
  /** Everybody who was ever dominant, the present one first. */
  #recent: readonly EndpointId[] = [];

  /** @param previousCount how many former speakers clients are told of. */
  constructor(previousCount: number) {
    this.#announcedCount = previousCount + 1;
  }

  get dominant(): EndpointId | undefined {
    return this.#recent[0];
  }

  /** Former speakers to announce, most recent first. */
  get previous(): readonly EndpointId[] {
    return this.#recent.slice(1, this.#announcedCount);
  }

  /** @returns whether somebody else was dominant before. */
  becameDominant(id: EndpointId): boolean {
    if (this.dominant === id) return false;
    this.#recent = [id, ...this.#recent.filter((other) => other !== id)];
    return true;
  }

  /** @returns whether what is announced changed. */
  left(id: EndpointId): boolean {
    const place = this.#recent.indexOf(id);
    if (place === -1) return false;
    this.#recent = this.#recent.filter((other) => other !== id);
    return place < this.#announcedCount;
  }

  isRecent(id: EndpointId): boolean {
    return this.#recent.slice(0, this.#announcedCount).includes(id);
  }

  /** By speech activity: the dominant one, former ones, then who never spoke in the order given. */
  inOrder(ids: Iterable<EndpointId>): EndpointId[] {
    const present = new Set(ids);
    const spoke = this.#recent.filter((id) => present.delete(id));
    return [...spoke, ...present];
  }
}
