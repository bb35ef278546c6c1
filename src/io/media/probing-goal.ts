import type { types } from 'mediasoup';
import type { BitrateOptions } from './media-options.ts';

/** The worker takes nothing smaller, bit/s. */
const LEAST_BPS = 30_000;
/** Measured rates never stand still, and each goal that is higher starts a probe. */
const NOISE = 0.2;

/** How far a transport probes for bandwidth (patch probe-for-wanted). */
export class ProbingGoal {
  readonly #transport: Pick<types.WebRtcTransport, 'setMaxOutgoingBitrate'>;
  readonly #bitrates: BitrateOptions;
  /** 0 = never set: the worker then takes the top layers of all consumers. */
  #toldBps = 0;

  constructor(
    transport: Pick<types.WebRtcTransport, 'setMaxOutgoingBitrate'>,
    bitrates: BitrateOptions,
  ) {
    this.#transport = transport;
    this.#bitrates = bitrates;
  }

  set(idealBps: number): void {
    if (idealBps === 0 && this.#toldBps === 0) return; // nothing was ever wanted
    const { minBps = 0, maxBps = Infinity } = this.#bitrates;
    const goalBps = Math.ceil(Math.min(Math.max(idealBps, minBps, LEAST_BPS), maxBps));
    if (Math.abs(goalBps - this.#toldBps) <= this.#toldBps * NOISE) return;
    this.#toldBps = goalBps;
    this.#transport.setMaxOutgoingBitrate(goalBps).catch(() => undefined); // fails only if it was closed meanwhile
  }
}
