import type { Stamp } from './stamp.ts';

/** A listener hears nothing for longer than this while somebody talks: what a jitter buffer does not hide. */
export const GAP_US = 60_000;
/** What one packet of speech lasts. */
export const FRAME_US = 20_000;

export type Hole = {
  /** How long nothing was heard, µs; undefined = not long enough to hear it. */
  readonly gapUs: number | undefined;
  /** Packets with speech that are missing without a gap in the sequence numbers. */
  readonly leftOut: number;
};

/**
 * Finds the holes in one talker's voice. Only packets with speech count: a bridge may drop those of silence (JVB does from the fourth
 * on, `jmt.audio.level.discard-silence`).
 */
export class AudioGaps {
  #last:
    | {
        readonly participant: number;
        readonly frame: number;
        readonly sequence: number;
        readonly atUs: number;
      }
    | undefined;

  /** @returns the hole that this packet ends; undefined = there was none. @param sequence of RTP, with rollovers */
  onPacket({ participant, speech }: Stamp, sequence: number, nowUs: number): Hole | undefined {
    if (!speech) return undefined;
    const last = this.#last;
    const isSame = last?.participant === participant;
    const distance = isSame ? (speech.frame - last.frame) & 0xffff : 1;
    // Late, or again.
    if (distance === 0 || distance > 0x8000) return undefined;
    this.#last = { participant, frame: speech.frame, sequence, atUs: nowUs };
    if (!isSame) return undefined;
    const silentUs =
      speech.inSpurt > distance ? nowUs - last.atUs : acrossPause(distance, speech.inSpurt);
    const skipped = sequence - last.sequence;
    return {
      gapUs: silentUs > GAP_US ? silentUs : undefined,
      // A stream that begins anew, elsewhere in its numbers, says nothing.
      leftOut: skipped > 0 ? Math.max(0, distance - skipped) : 0,
    };
  }
}

/** The pause between two spurts is no hole; what is missing of the end of one and of the start of the other is. */
function acrossPause(distance: number, inSpurt: number): number {
  return (Math.max(inSpurt - 1, distance - inSpurt) + 1) * FRAME_US;
}
