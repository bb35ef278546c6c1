import { isRtcp } from '../../../loadtest/rtp/rtp-packet.ts';
import type { Lane } from './shaped-link.ts';

/** What a link did to the sound it carried since the last look. */
export type AudioOutages = {
  readonly sent: number;
  readonly lost: number;
  /** The most packets lost one after the other. */
  readonly longestRun: number;
  /** ms between two packets that came out. */
  readonly longestGapMs: number;
  /** ms each packet was held. */
  readonly heldMs: readonly number[];
};

const nothing = { sent: 0, lost: 0, longestRun: 0, longestGapMs: 0 };

/** Follows one stream of sound through a lane, by the sequence numbers that leave the bridge: headers are not encrypted. */
export class AudioOnLink {
  #figures = { ...nothing };
  #heldMs: number[] = [];
  #last: { readonly number: number; readonly atMs: number } | undefined;
  readonly #ssrc: () => number;

  /** @param ssrc of the sound, as soon as it is known */
  constructor(lane: Lane, ssrc: () => number) {
    this.#ssrc = ssrc;
    const { onDatagram } = lane;
    lane.onDatagram = (datagram) => {
      onDatagram(datagram);
      if (this.#isOurs(datagram)) this.#figures.sent += 1;
    };
    lane.onDelivered = (datagram, heldMs) => {
      if (this.#isOurs(datagram)) this.#delivered(datagram.readUInt16BE(2), heldMs);
    };
  }

  /** What happened since it was asked last. */
  take(): AudioOutages {
    const outages = { ...this.#figures, heldMs: this.#heldMs };
    this.#figures = { ...nothing };
    this.#heldMs = [];
    return outages;
  }

  #isOurs(datagram: Buffer): boolean {
    const isRtp = datagram.length > 12 && datagram[0]! >> 6 === 2 && !isRtcp(datagram);
    return isRtp && datagram.readUInt32BE(8) === this.#ssrc();
  }

  #delivered(number: number, heldMs: number): void {
    const atMs = performance.now();
    if (this.#last) {
      // The lane lets none overtake another.
      const missing = (number - this.#last.number - 1) & 0xffff;
      const figures = this.#figures;
      figures.lost += missing;
      figures.longestRun = Math.max(figures.longestRun, missing);
      figures.longestGapMs = Math.max(figures.longestGapMs, atMs - this.#last.atMs);
    }
    this.#heldMs.push(heldMs);
    this.#last = { number, atMs };
  }
}
