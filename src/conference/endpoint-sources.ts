import { type SourceName, sourceName } from '../model/ids.ts';
import type { Layer } from '../model/layer.ts';
import type { Source, VideoType } from '../model/source.ts';
import { limits } from './conference-config.ts';

/** A signalled source and what is known of it by now. */
export type SourceState = {
  readonly source: Source;
  /** Video: as signalled at first, as the client says later. */
  readonly videoType: VideoType;
  /** Video: what it can be sent at. */
  readonly layers: readonly Layer[];
  /** Payload type name; undefined until the first packet. */
  readonly codec: string | undefined;
  /** When it took the place of another; undefined = it is the first. */
  readonly codecChangedMs: number | undefined;
  /** Why the engine does not receive it. */
  readonly refusedBecause: string | undefined;
};

/** The sources one endpoint announced, and the video types it gave them, be it before they were announced. */
export class EndpointSources {
  #states = new Map<SourceName, SourceState>();
  readonly #early = new Map<SourceName, VideoType>();

  /** In signalled order. */
  all(): readonly SourceState[] {
    return [...this.#states.values()];
  }

  get(name: SourceName): SourceState | undefined {
    return this.#states.get(name);
  }

  get signalled(): readonly Source[] {
    return this.all().map((state) => state.source);
  }

  /** Takes the complete new set. A source whose first SSRC stayed keeps what is known of it (colibri2.md §3.5 step 7). */
  replace(sources: readonly Source[]): void {
    const former = this.#states;
    this.#states = new Map();
    for (const source of sources) {
      const known = former.get(source.name);
      const videoType = this.#early.get(source.name) ?? known?.videoType ?? source.videoType;
      this.#early.delete(source.name);
      const same = known && known.source.encodings[0]?.ssrc === source.encodings[0]?.ssrc;
      this.#states.set(
        source.name,
        // What the engine refused it is asked for again, and may refuse again.
        same
          ? { ...known, source, videoType, refusedBecause: undefined }
          : { ...freshState(source), videoType },
      );
    }
  }

  /** @returns whether anything changed that forwarding depends on now. */
  setVideoType(name: SourceName, videoType: VideoType): boolean {
    const state = this.#states.get(name);
    if (!state) {
      const room = this.#early.size < limits.rememberedVideoTypes || this.#early.has(name);
      if (room && name.length <= limits.sourceNameLength) this.#early.set(name, videoType);
      return false;
    }
    if (state.source.kind !== 'video' || state.videoType === videoType) return false;
    this.#states.set(name, { ...state, videoType });
    return true;
  }

  /** @returns whether the layering changed: other layers, or one that started or ceased; rates alone do not count. */
  setLayers(name: SourceName, layers: readonly Layer[]): boolean {
    const state = this.#states.get(name);
    if (state?.source.kind !== 'video') return false;
    // Nothing arrives: the layers are still what the source would be sent at when it starts again.
    const next =
      layers.length > 0 ? layers : state.layers.map((layer) => ({ ...layer, bitrateBps: 0 }));
    this.#states.set(name, { ...state, layers: next });
    return !sameLayering(state.layers, next);
  }

  /**
   * Something of it is received: whatever the engine refused, it takes the source now.
   * @returns whether this is new: the first packet of the source, or the first in another codec.
   */
  setCodec(name: SourceName, codec: string, nowMs: number): boolean {
    const state = this.#states.get(name);
    if (!state) return false;
    const { refusedBecause } = state;
    if (state.codec === codec && refusedBecause === undefined) return false;
    const isChange = state.codec !== undefined && state.codec !== codec;
    const codecChangedMs = isChange ? nowMs : state.codecChangedMs;
    this.#states.set(name, { ...state, codec, codecChangedMs, refusedBecause: undefined });
    return true;
  }

  /** @returns whether it is a source of this endpoint. */
  refuse(name: SourceName, reason: string): boolean {
    const state = this.#states.get(name);
    if (state) this.#states.set(name, { ...state, refusedBecause: reason });
    return state !== undefined;
  }
}

/** The video source a client means that names none (VideoTypeMessage, bridge-channel.md §2.12). */
export function firstVideoSourceOf(endpoint: string): SourceName {
  return sourceName(`${endpoint}-v0`);
}

function freshState(source: Source): SourceState {
  return {
    source,
    videoType: source.videoType,
    layers: source.kind === 'video' ? presumedLayers(source) : [],
    codec: undefined,
    codecChangedMs: undefined,
    refusedBecause: undefined,
  };
}

/** What signalling alone lets expect: 180, 360, 720 … pixels at three frame rates (allocation.md §2.1). */
function presumedLayers(source: Source): Layer[] {
  return source.encodings.flatMap((_, encoding) =>
    [7.5, 15, 30].map((frameRate, temporal) => ({
      index: { encoding, spatial: 0, temporal },
      height: 180 * 2 ** encoding,
      frameRate,
      bitrateBps: 0,
    })),
  );
}

function sameLayering(a: readonly Layer[], b: readonly Layer[]): boolean {
  return (
    a.length === b.length &&
    a.every((layer, place) => {
      const other = b[place];
      return (
        other?.height === layer.height &&
        other.frameRate === layer.frameRate &&
        other.bitrateBps > 0 === layer.bitrateBps > 0 &&
        other.index.encoding === layer.index.encoding &&
        other.index.spatial === layer.index.spatial &&
        other.index.temporal === layer.index.temporal
      );
    })
  );
}
