import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { MediaKind } from '../model/media-description.ts';
import type { VideoType } from '../model/source.ts';

/**
 * How long a mapping holds at least. A client that is still building the track of an SSRC loses a second mapping
 * of it (bridge-channel.md §3.4).
 */
export const slotHoldMs = 5_000;

/** A source that wants an SSRC of ours. */
export type SlotHolder = {
  readonly name: SourceName;
  readonly owner: EndpointId;
  readonly videoType: VideoType;
};

/** An SSRC (pair) a receiver is sent on; the numbers stay for the call, the holder changes. */
export type Slot = {
  readonly ssrc: Ssrc;
  readonly rtx: Ssrc | undefined;
  readonly mid: string | undefined;
  readonly holder: SlotHolder | undefined;
  /** When the receiver was told of the present holder; undefined = not yet, so nothing may be sent. */
  readonly announcedMs: number | undefined;
  /** When the present holder last needed it. */
  readonly neededMs: number;
  /** Not given to anybody else before. */
  readonly heldUntilMs: number;
};

export type SourceSlotsOptions = {
  readonly kind: MediaKind;
  /** Most slots. */
  readonly limit: number;
  /** Whether slots carry a MID (`a0`, `v0`, …). */
  readonly midDemux: boolean;
  readonly drawSsrc: () => Ssrc;
};

/** Which source a receiver with SSRC rewriting gets on which SSRC, for one kind of media (bridge-channel.md §3). */
export class SourceSlots {
  readonly #options: SourceSlotsOptions;
  readonly #slots: Slot[] = [];

  constructor(options: SourceSlotsOptions) {
    this.#options = options;
  }

  get all(): readonly Slot[] {
    return this.#slots;
  }

  slotOf(source: SourceName): Slot | undefined {
    return this.#slots.find((slot) => slot.holder?.name === source);
  }

  /**
   * Gives every needed source a slot: a free one, a new one, or the least recently needed. Prepared sources get
   * only free or new ones, so that they never take one away.
   * @returns when to try again for needed sources that found none; undefined = all have one.
   */
  assign(
    needed: readonly SlotHolder[],
    prepared: readonly SlotHolder[],
    nowMs: number,
  ): number | undefined {
    const wanted = new Set(needed.map((holder) => holder.name));
    for (const holder of needed) this.#touch(holder, nowMs);
    let unplaced = 0;
    for (const holder of needed) {
      if (this.slotOf(holder.name)) continue;
      const place = this.#vacant(nowMs) ?? this.#evictable(wanted, nowMs);
      if (place === undefined) unplaced += 1;
      else this.#give(place, holder, nowMs);
    }
    for (const holder of prepared) {
      const place = this.slotOf(holder.name) ? undefined : this.#vacant(nowMs);
      if (place !== undefined) this.#give(place, holder, nowMs);
    }
    return unplaced > 0 ? this.#nextVacancyMs(wanted) : undefined;
  }

  /** Slots whose holder the receiver has not been told of. */
  unannounced(): Slot[] {
    return this.#slots.filter((slot) => slot.holder && slot.announcedMs === undefined);
  }

  /** All slots that have a holder: what a new channel is told. */
  mapped(): Slot[] {
    return this.#slots.filter((slot) => slot.holder);
  }

  markAnnounced(slots: readonly Slot[], nowMs: number): void {
    for (const slot of slots) {
      const place = this.#slots.indexOf(slot);
      if (place === -1 || slot.announcedMs !== undefined) continue;
      this.#slots[place] = { ...slot, announcedMs: nowMs, heldUntilMs: nowMs + slotHoldMs };
    }
  }

  /** The endpoint is gone: its slots become free, after a while in which late packets and maps pass away. */
  ownerLeft(owner: EndpointId, nowMs: number): void {
    for (const [place, slot] of this.#slots.entries()) {
      if (slot.holder?.owner !== owner) continue;
      const heldUntilMs = slot.announcedMs === undefined ? nowMs : nowMs + slotHoldMs;
      this.#slots[place] = { ...slot, holder: undefined, announcedMs: undefined, heldUntilMs };
    }
  }

  #touch(holder: SlotHolder, nowMs: number): void {
    const place = this.#slots.findIndex((slot) => slot.holder?.name === holder.name);
    const slot = this.#slots[place];
    if (slot) this.#slots[place] = { ...slot, holder, neededMs: nowMs };
  }

  #give(place: number, holder: SlotHolder, nowMs: number): void {
    const slot = this.#slots[place] ?? this.#newSlot(place);
    this.#slots[place] = {
      ...slot,
      holder,
      announcedMs: undefined,
      neededMs: nowMs,
      heldUntilMs: nowMs,
    };
  }

  /** The place of a free slot, longest free first, or of one to be made. */
  #vacant(nowMs: number): number | undefined {
    const free = this.#earliest((slot) => !slot.holder && slot.heldUntilMs <= nowMs, 'heldUntilMs');
    if (free !== undefined) return free;
    return this.#slots.length < this.#options.limit ? this.#slots.length : undefined;
  }

  #evictable(wanted: ReadonlySet<SourceName>, nowMs: number): number | undefined {
    return this.#earliest(
      (slot) => isUnneeded(slot, wanted) && slot.heldUntilMs <= nowMs,
      'neededMs',
    );
  }

  #nextVacancyMs(wanted: ReadonlySet<SourceName>): number {
    const place = this.#earliest((slot) => isUnneeded(slot, wanted), 'heldUntilMs');
    return place === undefined ? Infinity : (this.#slots[place]?.heldUntilMs ?? Infinity);
  }

  #earliest(eligible: (slot: Slot) => boolean, by: 'heldUntilMs' | 'neededMs'): number | undefined {
    let best: number | undefined;
    for (const [place, slot] of this.#slots.entries()) {
      if (!eligible(slot)) continue;
      if (best === undefined || slot[by] < (this.#slots[best]?.[by] ?? Infinity)) best = place;
    }
    return best;
  }

  #newSlot(place: number): Slot {
    const { kind, midDemux, drawSsrc } = this.#options;
    return {
      ssrc: drawSsrc(),
      rtx: kind === 'video' ? drawSsrc() : undefined,
      mid: midDemux ? `${kind === 'audio' ? 'a' : 'v'}${place}` : undefined,
      holder: undefined,
      announcedMs: undefined,
      neededMs: 0,
      heldUntilMs: 0,
    };
  }
}

function isUnneeded(slot: Slot, wanted: ReadonlySet<SourceName>): boolean {
  return !slot.holder || !wanted.has(slot.holder.name);
}
