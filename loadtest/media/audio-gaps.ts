import type { Stamp } from './stamp.ts';

/** A listener hears nothing for longer than this while somebody talks: what a jitter buffer does not hide. */
export const GAP_US = 60_000;

/** Finds the holes in one talker's voice. */
export class AudioGaps {
  #last: { readonly counter: number; readonly atUs: number } | undefined;

  /** @returns how long the hole was that this packet ends, µs; undefined = there was none */
  onPacket({ counter, afterPause }: Stamp, nowUs: number): number | undefined {
    const last = this.#last;
    if (last && counter <= last.counter) return undefined;
    // A pause of the talker is no gap, unless packets from before it are missing too.
    const intended = last !== undefined && afterPause && counter === last.counter + 1;
    this.#last = { counter, atUs: nowUs };
    const silentUs = last && !intended ? nowUs - last.atUs : 0;
    return silentUs > GAP_US ? silentUs : undefined;
  }
}
