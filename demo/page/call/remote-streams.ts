// Which remote source comes on which SSRC, as the source maps (SSRC rewriting) or the focus (without) say.
import type { MediaKind } from '../../../src/model/media-description.ts';
import type { VideoType } from '../../../src/model/source.ts';

/** An SSRC pair of the bridge and who is on it at present; `source` is undefined once its owner left. */
export type RemoteStream = {
  readonly kind: MediaKind;
  readonly ssrc: number;
  readonly rtx?: number | undefined;
  readonly source: string | undefined;
  readonly owner: string | undefined;
  readonly videoType: VideoType;
  /** False once the focus withdrew the source (only without SSRC rewriting): the m-line is then inactive. */
  readonly live: boolean;
};

export type Mapping = Omit<RemoteStream, 'live' | 'source' | 'owner'> & {
  readonly source: string;
  readonly owner: string;
};

/**
 * The table of remote streams. An SSRC keeps its place for ever, since its m-line does; it may change its
 * source. A source has one stream: announced on another SSRC, it leaves the former.
 */
export class RemoteStreams {
  readonly #streams = new Map<number, RemoteStream>();

  /** In the order they became known. */
  get all(): readonly RemoteStream[] {
    return [...this.#streams.values()];
  }

  get(ssrc: number): RemoteStream | undefined {
    return this.#streams.get(ssrc);
  }

  /** Takes one mapping; returns the SSRC if it is new, so that it needs an m-line. */
  map(mapping: Mapping): number | undefined {
    const known = this.#streams.get(mapping.ssrc);
    for (const stream of this.#streams.values()) {
      if (stream.source === mapping.source && stream.ssrc !== mapping.ssrc) {
        this.#streams.set(stream.ssrc, { ...stream, source: undefined, owner: undefined });
      }
    }
    this.#streams.set(mapping.ssrc, { ...mapping, live: true });
    return known?.live ? undefined : mapping.ssrc;
  }

  /** Takes back a source's stream (without SSRC rewriting); returns its SSRC. */
  withdraw(source: string): number | undefined {
    for (const stream of this.#streams.values()) {
      if (stream.source !== source) continue;
      this.#streams.set(stream.ssrc, {
        ...stream,
        source: undefined,
        owner: undefined,
        live: false,
      });
      return stream.ssrc;
    }
    return undefined;
  }

  /** A member left: its streams belong to nobody until they are mapped again. */
  forget(owner: string): void {
    for (const stream of this.#streams.values()) {
      if (stream.owner !== owner) continue;
      this.#streams.set(stream.ssrc, { ...stream, source: undefined, owner: undefined });
    }
  }
}
