import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { MediaKind } from '../model/media-description.ts';
import type { VideoType } from '../model/source.ts';

/**
 * How long a mapping holds at least. A client that is still building the track of an SSRC loses a second mapping
 * of it (bridge-channel.md §3.4).
 */
export const slotHoldMs = 5_000;

/** Of who was given a slot in advance. */
const neverNeededMs = -Infinity;

/** A source that wants an SSRC of ours. */
export type SlotHolder = {
  readonly name: SourceName;
  readonly owner: EndpointId;
  /** Only of video. */
  readonly videoType?: VideoType;
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

type WritableSlot = { -readonly [Field in keyof Slot]: Slot[Field] };

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
  readonly #slots: WritableSlot[] = [];
  readonly #bySource = new Map<SourceName, WritableSlot>();

  constructor(options: SourceSlotsOptions) {
    this.#options = options;
  }

  get all(): readonly Slot[] {
    return this.#slots;
  }

  slotOf(source: SourceName): Slot | undefined {
    return this.#bySource.get(source);
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
    const homeless = needed.filter((holder) => !this.#keep(holder, nowMs));
    const wanted = new Set(needed.map(({ name }) => name));
    let unplaced = 0;
    for (const holder of homeless) {
      const slot = this.#vacant(nowMs) ?? this.#evictable(wanted, nowMs);
      if (slot) this.#give(slot, holder, nowMs, nowMs);
      else unplaced += 1;
    }
    for (const holder of prepared) {
      const slot = this.#keep(holder) ? undefined : this.#vacant(nowMs);
      if (slot) this.#give(slot, holder, nowMs, neverNeededMs);
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

  /** The receiver has been told of these. */
  markAnnounced(slots: readonly Slot[], nowMs: number): void {
    const told = new Set(slots);
    for (const slot of this.#slots) {
      if (!told.has(slot) || slot.announcedMs !== undefined) continue;
      slot.announcedMs = nowMs;
      slot.heldUntilMs = nowMs + slotHoldMs;
    }
  }

  /** The endpoint is gone: its slots become free, after a while in which late packets and maps pass away. */
  ownerLeft(owner: EndpointId, nowMs: number): void {
    for (const slot of this.#slots) {
      if (slot.holder?.owner !== owner) continue;
      this.#bySource.delete(slot.holder.name);
      slot.heldUntilMs = slot.announcedMs === undefined ? nowMs : nowMs + slotHoldMs;
      slot.holder = undefined;
      slot.announcedMs = undefined;
    }
  }

  /** @returns whether the source has a slot already; `neededMs` is when it was needed, if it is. */
  #keep(holder: SlotHolder, neededMs?: number): boolean {
    const slot = this.#bySource.get(holder.name);
    if (!slot) return false;
    slot.holder = holder;
    slot.neededMs = neededMs ?? slot.neededMs;
    return true;
  }

  #give(slot: WritableSlot, holder: SlotHolder, nowMs: number, neededMs: number): void {
    if (slot.holder) this.#bySource.delete(slot.holder.name);
    this.#bySource.set(holder.name, slot);
    slot.holder = holder;
    slot.announcedMs = undefined;
    slot.neededMs = neededMs;
    slot.heldUntilMs = nowMs;
  }

  /** A free slot, longest free first, or a new one. */
  #vacant(nowMs: number): WritableSlot | undefined {
    const free = this.#earliest((slot) => !slot.holder && slot.heldUntilMs <= nowMs, 'heldUntilMs');
    if (free) return free;
    if (this.#slots.length >= this.#options.limit) return undefined;
    const slot = this.#newSlot(this.#slots.length);
    this.#slots.push(slot);
    return slot;
  }

  #evictable(wanted: ReadonlySet<SourceName>, nowMs: number): WritableSlot | undefined {
    return this.#earliest(
      (slot) => isUnneeded(slot, wanted) && slot.heldUntilMs <= nowMs,
      'neededMs',
    );
  }

  #nextVacancyMs(wanted: ReadonlySet<SourceName>): number {
    return (
      this.#earliest((slot) => isUnneeded(slot, wanted), 'heldUntilMs')?.heldUntilMs ?? Infinity
    );
  }

  #earliest(
    eligible: (slot: Slot) => boolean,
    by: 'heldUntilMs' | 'neededMs',
  ): WritableSlot | undefined {
    let best: WritableSlot | undefined;
    for (const slot of this.#slots) {
      if (eligible(slot) && (!best || slot[by] < best[by])) best = slot;
    }
    return best;
  }

  #newSlot(place: number): WritableSlot {
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
