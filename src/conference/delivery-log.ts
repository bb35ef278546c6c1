import type { SourceName } from '../model/ids.ts';
import type { Delivery, Obstacle } from './delivery.ts';

/** Changes kept for one receiver, of all sources together. */
const kept = 64;

/** A change of what a receiver gets of a source; heights in pixels, undefined = nothing. */
export type DeliveryChange = {
  readonly atMs: number;
  readonly source: SourceName;
  readonly wantedMaxHeight: number;
  readonly allowedHeight: number | undefined;
  readonly sentHeight: number | undefined;
  readonly limitedBy: Obstacle;
};

/** How every source reaches one receiver now, since when, and what was before. */
export class DeliveryLog {
  /** Without those that are not wanted: their number may be large, and nothing happens to them. */
  readonly #latest = new Map<SourceName, DeliveryChange>();
  #history: readonly DeliveryChange[] = [];

  /** Oldest first. */
  get history(): readonly DeliveryChange[] {
    return this.#history;
  }

  /** The change that made it as it is; undefined for what is not wanted. */
  latest(source: SourceName): DeliveryChange | undefined {
    return this.#latest.get(source);
  }

  observe(delivery: Delivery, nowMs: number): void {
    const change = changeOf(delivery, nowMs);
    const former = this.#latest.get(change.source);
    const wanted = change.wantedMaxHeight !== 0 || !isUnwanted(change.limitedBy);
    if (former ? same(former, change) : !wanted) return;
    if (wanted) this.#latest.set(change.source, change);
    else this.#latest.delete(change.source);
    this.#history = [...this.#history.slice(1 - kept), change];
  }

  /** Forgets sources that are gone; their history stays. */
  keepOnly(present: { has(source: SourceName): boolean }): void {
    for (const source of this.#latest.keys()) if (!present.has(source)) this.#latest.delete(source);
  }
}

function changeOf({ allocation, sentHeight, limitedBy }: Delivery, atMs: number): DeliveryChange {
  const { source, effectiveMaxHeight, target } = allocation;
  return {
    atMs,
    source,
    wantedMaxHeight: effectiveMaxHeight,
    allowedHeight: target?.height,
    sentHeight,
    limitedBy,
  };
}

function isUnwanted(obstacle: Obstacle): boolean {
  return obstacle === 'constraint' || obstacle === 'not-asked';
}

function same(a: DeliveryChange, b: DeliveryChange): boolean {
  return (
    a.wantedMaxHeight === b.wantedMaxHeight &&
    a.allowedHeight === b.allowedHeight &&
    a.sentHeight === b.sentHeight &&
    a.limitedBy === b.limitedBy
  );
}
