import { SequenceTracker } from '../../../loadtest/media/sequence-tracker.ts';
import { buildNack, buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { type RtpPacket, unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import type { WebRtcClient } from './webrtc-client.ts';

const TICK_MS = 20;
const PLI_INTERVAL_MS = 500;

/** Lets a client ask for what it misses of one video stream, as a browser does: NACKs at once and again, PLIs for what never comes. */
export class Repairing {
  readonly #client: WebRtcClient;
  readonly #media: number;
  readonly #rtx: number;
  readonly #tracker = new SequenceTracker();
  readonly #timer: NodeJS.Timeout;
  #askedMs = 0;
  repaired = 0;

  constructor(client: WebRtcClient, media: number, rtx: number) {
    [this.#client, this.#media, this.#rtx] = [client, media, rtx];
    this.#timer = setInterval(() => this.#ask(), TICK_MS);
  }

  onPacket(packet: RtpPacket): void {
    const nowUs = performance.now() * 1000;
    if (packet.ssrc === this.#media) this.#tracker.onPacket(packet.sequenceNumber, nowUs);
    // Empty ones are padding.
    if (packet.ssrc !== this.#rtx || packet.payload.length < 2) return;
    const { sequenceNumber } = unwrapRtx(packet);
    if (this.#tracker.onPacket(sequenceNumber, nowUs) === 'repaired') this.repaired += 1;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #ask(): void {
    const nowMs = performance.now();
    const nacks = this.#tracker.dueNacks(nowMs * 1000);
    if (nacks.length > 0) this.#client.send(buildNack(1, this.#media, nacks));
    const isBroken = this.#tracker.giveUp(nowMs * 1000) > 0;
    if (!isBroken || nowMs - this.#askedMs < PLI_INTERVAL_MS) return;
    this.#askedMs = nowMs;
    this.#client.send(buildPli(1, this.#media));
  }
}
