import type { RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';

const LONGER_THAN_USUAL = 3;
const AT_LEAST_MS = 150;
const FRAMES_REMEMBERED = 30;

/** Counts where a picture stands still as libwebrtc does: a frame late by 150 ms and by three usual intervals (webrtc-stats, freezeCount). */
export class Freezes {
  count = 0;
  totalMs = 0;
  #lastFrameMs: number | undefined;
  #timestamp: number | undefined;
  readonly #intervalsMs: number[] = [];

  onPacket({ timestamp }: RtpPacket): void {
    if (timestamp === this.#timestamp) return;
    this.#timestamp = timestamp;
    const nowMs = performance.now();
    if (this.#lastFrameMs !== undefined) this.#take(nowMs - this.#lastFrameMs);
    this.#lastFrameMs = nowMs;
  }

  #take(intervalMs: number): void {
    const known = this.#intervalsMs;
    const usualMs = known.reduce((sum, each) => sum + each, 0) / Math.max(known.length, 1);
    const limitMs = Math.max(usualMs * LONGER_THAN_USUAL, usualMs + AT_LEAST_MS);
    if (known.length > 0 && intervalMs > limitMs) {
      this.count += 1;
      this.totalMs += intervalMs;
    }
    known.push(intervalMs);
    if (known.length > FRAMES_REMEMBERED) known.shift();
  }
}
