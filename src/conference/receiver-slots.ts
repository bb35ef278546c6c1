import type { EndpointId, Ssrc } from '../model/ids.ts';
import type { ChannelEvent } from './channel-messages.ts';
import type { ForwardableAudio, ForwardableVideo } from './forwardable.ts';
import { audioMapping, videoMapping } from './source-mappings.ts';
import type { Slot, SlotHolder, SourceSlots } from './source-maps.ts';

export type ReceiverSlotsOptions = {
  readonly audio: SourceSlots;
  readonly video: SourceSlots;
  /** @returns whether it left. */
  readonly send: (event: ChannelEvent) => boolean;
};

export type SlotWishes = {
  readonly audio: readonly SlotHolder[];
  readonly video: readonly SlotHolder[];
  /** Video that is not sent now but may be later. */
  readonly preparedVideo: readonly SlotHolder[];
};

/** Both kinds of slots of one receiver with SSRC rewriting, and its client's knowledge of them. */
export class ReceiverSlots {
  readonly #options: ReceiverSlotsOptions;

  constructor(options: ReceiverSlotsOptions) {
    this.#options = options;
  }

  /** @returns when to try again for what found no slot; undefined = all found one. */
  assign(wishes: SlotWishes, nowMs: number): number | undefined {
    const { audio, video } = this.#options;
    const retries = [
      video.assign(wishes.video, wishes.preparedVideo, nowMs),
      audio.assign(wishes.audio, [], nowMs),
    ].filter((retry) => retry !== undefined);
    return retries.length > 0 ? Math.min(...retries) : undefined;
  }

  /** Tells the client of mappings it does not know. */
  announce(nowMs: number): void {
    const { audio, video } = this.#options;
    this.#tell('video', video.unannounced(), nowMs);
    this.#tell('audio', audio.unannounced(), nowMs);
  }

  /** Tells a new channel of all mappings. */
  replay(nowMs: number): void {
    const { audio, video } = this.#options;
    this.#tell('video', video.mapped(), nowMs);
    this.#tell('audio', audio.mapped(), nowMs);
  }

  /** The slot a source may be sent on: one the client knows of. */
  knownSlotOf(source: ForwardableAudio | ForwardableVideo): Slot | undefined {
    const slot = this.#options['videoType' in source ? 'video' : 'audio'].slotOf(source.name);
    return slot?.announcedMs === undefined ? undefined : slot;
  }

  ownerLeft(owner: EndpointId, nowMs: number): void {
    this.#options.audio.ownerLeft(owner, nowMs);
    this.#options.video.ownerLeft(owner, nowMs);
  }

  /** Every SSRC that was drawn. */
  ssrcs(): Ssrc[] {
    const { audio, video } = this.#options;
    return [...audio.all, ...video.all].flatMap(({ ssrc, rtx }) =>
      rtx === undefined ? [ssrc] : [ssrc, rtx],
    );
  }

  #tell(kind: 'audio' | 'video', slots: readonly Slot[], nowMs: number): void {
    if (slots.length === 0) return;
    const sent = this.#options.send(
      kind === 'video'
        ? { type: 'video-sources-map', mappings: slots.flatMap(videoMapping) }
        : { type: 'audio-sources-map', mappings: slots.flatMap(audioMapping) },
    );
    if (sent) this.#options[kind].markAnnounced(slots, nowMs);
  }
}
