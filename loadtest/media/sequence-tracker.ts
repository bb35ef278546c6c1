/** A packet is given up when it is still missing after this time, as libwebrtc's NackRequester does. */
const GIVE_UP_US = 1_000_000;
const RETRY_US = 100_000;
const MAX_RETRIES = 10;
/** A jump this far is a restart of the stream, not a loss. */
const MAX_GAP = 2_000;

type Missing = { readonly sinceUs: number; retries: number; nextUs: number };

export type Arrival = 'new' | 'repaired' | 'duplicate';

/** Follows the sequence numbers of one received stream: what is missing, asked for again, repaired or lost. */
export class SequenceTracker {
  /** Of the highest packet, with rollovers. */
  highest = -1;
  #first = -1;
  readonly #missing = new Map<number, Missing>();
  /** Given up. */
  lost = 0;

  /** `repeated`: it came as a retransmission. */
  onPacket(sequenceNumber: number, nowUs: number): Arrival {
    if (this.highest < 0) {
      this.highest = this.#first = sequenceNumber + 0x1_0000;
      return 'new';
    }
    const extended = this.extend(sequenceNumber);
    if (extended <= this.highest) return this.#missing.delete(extended) ? 'repaired' : 'duplicate';
    if (extended - this.highest <= MAX_GAP) {
      for (let gap = this.highest + 1; gap < extended; gap += 1) {
        this.#missing.set(gap, { sinceUs: nowUs, retries: 0, nextUs: nowUs });
      }
    }
    this.highest = extended;
    return 'new';
  }

  /** Packets that should have come so far. */
  get expected(): number {
    return this.highest < 0 ? 0 : this.highest - this.#first + 1;
  }

  get missing(): number {
    return this.#missing.size;
  }

  isMissing(extended: number): boolean {
    return this.#missing.has(extended);
  }

  /** The lowest packet that is still awaited; one past the highest if none is. */
  get awaited(): number {
    let lowest = this.highest + 1;
    for (const gap of this.#missing.keys()) lowest = Math.min(lowest, gap);
    return lowest;
  }

  /** Gives up what has been missing for too long. @returns how many that were */
  giveUp(nowUs: number): number {
    let count = 0;
    for (const [gap, { sinceUs }] of this.#missing) {
      if (nowUs - sinceUs < GIVE_UP_US) continue;
      this.#missing.delete(gap);
      count += 1;
    }
    this.lost += count;
    return count;
  }

  /** Sequence numbers to ask for now. */
  dueNacks(nowUs: number): number[] {
    const due: number[] = [];
    for (const [gap, missing] of this.#missing) {
      if (missing.nextUs > nowUs || missing.retries >= MAX_RETRIES) continue;
      missing.retries += 1;
      missing.nextUs = nowUs + RETRY_US;
      due.push(gap & 0xffff);
    }
    return due;
  }

  /** With the rollover that puts it nearest to the highest one. */
  extend(sequenceNumber: number): number {
    const delta = ((sequenceNumber - this.highest + 0x8000) & 0xffff) - 0x8000;
    return this.highest + delta;
  }
}
