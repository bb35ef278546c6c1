import type { Stamp } from './stamp.ts';

/** A listener hears nothing for longer than this while somebody talks: what a jitter buffer does not hide. */
const GAP_US = 60_000;

/** Finds the holes in one talker's voice. */
export class AudioGaps {
  gaps = 0;
  #last: { readonly counter: number; readonly atUs: number } | undefined;

  onPacket({ counter, afterPause }: Stamp, nowUs: number): void {
    const last = this.#last;
    if (last && counter <= last.counter) return;
    // A pause of the talker is no gap, unless packets from before it are missing too.
    const intended = last !== undefined && afterPause && counter === last.counter + 1;
    if (last && !intended && nowUs - last.atUs > GAP_US) this.gaps += 1;
    this.#last = { counter, atUs: nowUs };
  }
}
