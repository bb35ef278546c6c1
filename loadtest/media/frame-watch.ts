import type { RtpPacket } from '../rtp/rtp-packet.ts';
import type { SequenceTracker } from './sequence-tracker.ts';
import type { Stamp } from './stamp.ts';

/** libwebrtc's definition of a freeze: three mean intervals, or 150 ms more than one (RTCInboundRtpStreamStats.freezeCount). */
export const FREEZE_US = 150_000;
const MEAN_OF = 30;
const MAX_WAITING = 500;

export type FrameEvent =
  | { readonly type: 'freeze'; readonly us: number }
  /** The time from the first packet of a source, or from a request, to its key frame. */
  | { readonly type: 'key-frame'; readonly waitedUs: number }
  | { readonly type: 'layer'; readonly encoding: number; readonly spatial: number };

/** Watches one received video stream as a decoder would: whole frames, key frames, freezes, layers. */
export class FrameWatch {
  frames = 0;
  /** Undecodable until the next key frame. */
  broken = true;
  readonly #intervals: number[] = [];
  /** Ends of frames that wait for a missing packet, by sequence number, with the layer shown. */
  readonly #waiting = new Map<number, Stamp>();
  #keyFrameNeededUs: number | undefined;
  #lastFrameUs: number | undefined;
  #layer: number | undefined;
  #origin: number | undefined;
  #encoding: number | undefined;

  onPacket(packet: RtpPacket, stamp: Stamp, tracker: SequenceTracker, nowUs: number): FrameEvent[] {
    const events: FrameEvent[] = [];
    if (stamp.participant !== this.#origin) this.#changeSource(stamp.participant, nowUs);
    this.#followEncoding(packet, stamp, tracker, nowUs);
    if (stamp.afterPause) this.#lastFrameUs = undefined;
    if (stamp.keyFrame) {
      if (this.#keyFrameNeededUs !== undefined) {
        events.push({ type: 'key-frame', waitedUs: nowUs - this.#keyFrameNeededUs });
      }
      this.#keyFrameNeededUs = undefined;
      this.broken = false;
    }
    if (packet.marker && this.#waiting.size < MAX_WAITING) {
      this.#waiting.set(tracker.extend(packet.sequenceNumber), stamp);
    }
    events.push(...this.#showWhole(tracker, nowUs));
    return events;
  }

  /** Nothing is missing any more where something was. */
  onHoleFilled(tracker: SequenceTracker, nowUs: number): readonly FrameEvent[] {
    return this.#showWhole(tracker, nowUs);
  }

  /** A packet was given up: nothing can be decoded before a key frame. */
  onLoss(nowUs: number): void {
    this.broken = true;
    this.#keyFrameNeededUs ??= nowUs;
  }

  /** The stream is not shown now: what follows is no freeze. */
  reset(): void {
    this.#lastFrameUs = undefined;
    this.#intervals.length = 0;
  }

  /** One encoding does not go on where another stopped. What was repaired is older than what is shown. */
  #followEncoding(
    { sequenceNumber }: RtpPacket,
    { encoding, keyFrame }: Stamp,
    tracker: SequenceTracker,
    nowUs: number,
  ): void {
    if (encoding === this.#encoding || tracker.extend(sequenceNumber) < tracker.highest) return;
    if (!keyFrame && this.#encoding !== undefined) this.onLoss(nowUs);
    this.#encoding = encoding;
  }

  #changeSource(participant: number, nowUs: number): void {
    this.#origin = participant;
    this.broken = true;
    this.#keyFrameNeededUs = nowUs;
    this.#layer = undefined;
    this.#encoding = undefined;
    this.reset();
  }

  #showWhole(tracker: SequenceTracker, nowUs: number): FrameEvent[] {
    if (this.#waiting.size === 0) return [];
    const { awaited } = tracker;
    const events: FrameEvent[] = [];
    for (const [end, stamp] of this.#waiting) {
      if (end >= awaited) continue;
      this.#waiting.delete(end);
      if (!this.broken) events.push(...this.#show(stamp, nowUs));
    }
    return events;
  }

  #show({ encoding, spatial }: Stamp, nowUs: number): FrameEvent[] {
    const events: FrameEvent[] = [];
    this.frames += 1;
    if (this.#lastFrameUs !== undefined) {
      const interval = nowUs - this.#lastFrameUs;
      const mean = this.#mean();
      if (mean !== undefined && interval > Math.max(3 * mean, mean + FREEZE_US)) {
        events.push({ type: 'freeze', us: interval });
      }
      this.#intervals.push(interval);
      if (this.#intervals.length > MEAN_OF) this.#intervals.shift();
    }
    this.#lastFrameUs = nowUs;
    const layer = encoding * 8 + spatial;
    if (this.#layer !== undefined && layer !== this.#layer) {
      events.push({ type: 'layer', encoding, spatial });
    }
    this.#layer = layer;
    return events;
  }

  #mean(): number | undefined {
    if (this.#intervals.length < 5) return undefined;
    return this.#intervals.reduce((sum, interval) => sum + interval, 0) / this.#intervals.length;
  }
}
