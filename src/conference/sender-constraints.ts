import type { EndpointId, SourceName } from '../model/ids.ts';

/** The greatest height any receiver wants of a source: pixels, -1 = no limit, 0 = nobody wants it. */
export type SenderConstraint = { readonly source: SourceName; readonly maxHeight: number };

/** Who wants what of whom: tells senders what is worth encoding (allocation.md §4.1). Estimates play no part. */
export class SenderConstraints {
  readonly #wishes = new Map<EndpointId, ReadonlyMap<SourceName, number>>();
  readonly #known = new Map<SourceName, number>();
  readonly #touched = new Set<SourceName>();

  /** @param wishes the receiver's effective limit of every source it could be sent. */
  setWishes(receiver: EndpointId, wishes: ReadonlyMap<SourceName, number>): void {
    const former = this.#wishes.get(receiver) ?? new Map<SourceName, number>();
    this.#wishes.set(receiver, wishes);
    for (const [source, maxHeight] of wishes) {
      if (former.get(source) !== maxHeight) this.#touched.add(source);
    }
    for (const source of former.keys()) {
      if (!wishes.has(source)) this.#touched.add(source);
    }
  }

  receiverLeft(receiver: EndpointId): void {
    for (const source of this.#wishes.get(receiver)?.keys() ?? []) this.#touched.add(source);
    this.#wishes.delete(receiver);
  }

  /** The source is no longer signalled: nothing is said of it until it is again. */
  sourceRemoved(source: SourceName): void {
    this.#known.delete(source);
  }

  /** What a sender was last told; undefined = nothing so far. */
  current(source: SourceName): number | undefined {
    return this.#known.get(source);
  }

  /** Whether `takeChanges` may have something to say. */
  get touched(): boolean {
    return this.#touched.size > 0;
  }

  /** What changed since the last call, among signalled sources. */
  takeChanges(isSignalled: (source: SourceName) => boolean): SenderConstraint[] {
    const changes: SenderConstraint[] = [];
    for (const source of this.#touched) {
      if (!isSignalled(source)) continue;
      const maxHeight = this.#greatest(source);
      if (maxHeight === undefined && !this.#known.has(source)) continue;
      const value = maxHeight ?? 0;
      if (this.#known.get(source) === value) continue;
      this.#known.set(source, value);
      changes.push({ source, maxHeight: value });
    }
    this.#touched.clear();
    return changes;
  }

  #greatest(source: SourceName): number | undefined {
    let greatest: number | undefined;
    for (const wishes of this.#wishes.values()) {
      const wish = wishes.get(source);
      if (wish === undefined) continue;
      if (wish < 0) return -1;
      greatest = Math.max(greatest ?? 0, wish);
    }
    return greatest;
  }
}
