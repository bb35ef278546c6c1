import type { SourceName } from '../model/ids.ts';
import type { Totals } from './totals.ts';

/** A video source a receiver is to be sent, and whether anything of it comes in at all. */
export type PlannedVideo = { readonly source: SourceName; readonly arriving: boolean };

/** `idle`: its sender sends nothing, so nothing can be late. */
type Flow = {
  readonly state: 'idle' | 'starting' | 'flowing' | 'stopped';
  readonly sinceMs: number;
};

/**
 * Watches the video one receiver is to be sent: how late it starts, and how often it stops although it is to be
 * sent and comes in. What the receiver sees of that is a freeze.
 */
export class VideoFlow {
  readonly #totals: Totals;
  #flows = new Map<SourceName, Flow>();

  constructor(totals: Totals) {
    this.#totals = totals;
  }

  /** Streams that are to be sent. */
  get planned(): number {
    return this.#flows.size;
  }

  /** Of these, those of which nothing leaves now. */
  get waiting(): number {
    return [...this.#flows.values()].filter(({ state }) => state !== 'flowing').length;
  }

  /** Takes the complete plan. */
  plan(videos: readonly PlannedVideo[], nowMs: number): void {
    const former = this.#flows;
    this.#flows = new Map(
      videos.map(({ source, arriving }) => [source, next(former.get(source), arriving, nowMs)]),
    );
  }

  /** The media plane says whether anything of the source leaves. */
  report(source: SourceName, flows: boolean, nowMs: number): void {
    const flow = this.#flows.get(source);
    if (!flow || flows === (flow.state === 'flowing')) return;
    if (!flows) {
      this.#flows.set(source, { state: 'stopped', sinceMs: nowMs });
      return;
    }
    this.#flows.set(source, { state: 'flowing', sinceMs: nowMs });
    this.#count(flow, nowMs - flow.sinceMs);
  }

  #count({ state }: Flow, waitedMs: number): void {
    if (state === 'starting') {
      this.#totals.videoStarts += 1;
      this.#totals.videoStartMs += waitedMs;
    } else if (state === 'stopped') {
      this.#totals.videoFreezes += 1;
      this.#totals.videoFreezeMs += waitedMs;
    }
  }
}

function next(former: Flow | undefined, arriving: boolean, nowMs: number): Flow {
  if (!arriving) {
    return former?.state === 'flowing' ? former : { state: 'idle', sinceMs: nowMs };
  }
  return former && former.state !== 'idle' ? former : { state: 'starting', sinceMs: nowMs };
}
