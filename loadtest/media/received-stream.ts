import type { MediaKind } from '../../src/model/media-description.ts';
import type { ReportBlock } from '../rtp/rtcp-packet.ts';
import { type RtpPacket, unwrapRtx } from '../rtp/rtp-packet.ts';
import { AudioGaps } from './audio-gaps.ts';
import { type FrameEvent, FrameWatch } from './frame-watch.ts';
import type { ReceiverLog } from './receiver-log.ts';
import { SequenceTracker } from './sequence-tracker.ts';
import { readStamp, type Stamp } from './stamp.ts';

const PLI_INTERVAL_US = 500_000;

/** One SSRC a client receives, measured. */
export class ReceivedStream {
  readonly ssrc: number;
  readonly kind: MediaKind;
  readonly #log: ReceiverLog;
  readonly #tracker = new SequenceTracker();
  readonly #frames = new FrameWatch();
  readonly #gaps = new AudioGaps();
  #origin: Stamp | undefined;
  #clockRate: number;
  #jitterUs = 0;
  #transitUs: number | undefined;
  #pliUs = 0;
  #reported = { expected: 0, lost: 0 };
  #report = { ntp: 0, atUs: 0 };

  constructor(ssrc: number, kind: MediaKind, log: ReceiverLog) {
    this.ssrc = ssrc;
    this.kind = kind;
    this.#log = log;
    this.#clockRate = kind === 'audio' ? 48_000 : 90_000;
  }

  /** @param heldUs how long the client's own network profile held the packet: no doing of the bridge */
  onPacket(packet: RtpPacket, nowUs: number, heldUs = 0): void {
    this.#take(packet, nowUs, heldUs);
  }

  /** A retransmission of one of its packets. */
  onRtx(packet: RtpPacket, nowUs: number): void {
    if (packet.payload.length < 2) return;
    const { sequenceNumber, payload } = unwrapRtx(packet);
    this.#take({ ...packet, sequenceNumber, payload }, nowUs, undefined);
  }

  /** Whose packet came last. */
  get sender(): number | undefined {
    return this.#origin?.participant;
  }

  onSenderReport(ntp: number, nowUs: number): void {
    this.#report = { ntp, atUs: nowUs };
  }

  /** The bridge stopped forwarding what this stream showed. */
  onHidden(): void {
    this.#frames.reset();
  }

  /** What a receiver asks for now: packets again, or a key frame. */
  due(nowUs: number): { readonly nacks: readonly number[]; readonly pli: boolean } {
    const givenUp = this.#tracker.giveUp(nowUs);
    if (givenUp > 0) {
      this.#log.lost(this.#origin, givenUp);
      if (this.kind === 'video') this.#frames.onLoss(nowUs);
    }
    if (this.kind === 'audio') return { nacks: [], pli: false };
    const pli =
      this.#frames.broken && this.#origin !== undefined && nowUs - this.#pliUs > PLI_INTERVAL_US;
    if (pli) this.#pliUs = nowUs;
    return { nacks: this.#tracker.dueNacks(nowUs), pli };
  }

  reportBlock(nowUs: number): ReportBlock | undefined {
    if (this.#origin === undefined) return undefined;
    const { expected, highest } = this.#tracker;
    const lost = this.#tracker.lost + this.#tracker.missing;
    const since = expected - this.#reported.expected;
    const fractionLost = since > 0 ? Math.max(0, lost - this.#reported.lost) / since : 0;
    this.#reported = { expected, lost };
    this.#log.totals.record('jitter', this.#jitterUs);
    return {
      ssrc: this.ssrc,
      fractionLost,
      lost,
      highestSequenceNumber: highest,
      jitter: (this.#jitterUs / 1e6) * this.#clockRate,
      lastReport: this.#report.ntp,
      delayS: this.#report.ntp === 0 ? 0 : (nowUs - this.#report.atUs) / 1e6,
    };
  }

  #take(packet: RtpPacket, nowUs: number, heldUs: number | undefined): void {
    const stamp = readStamp(packet.payload);
    if (!stamp) {
      this.#log.totals.count('probes');
      if (packet.payload.length === 0) this.#fillHole(packet, nowUs);
      return;
    }
    const arrival = this.#tracker.onPacket(packet.sequenceNumber, nowUs);
    if (arrival === 'duplicate') {
      this.#log.totals.count('duplicates');
      return;
    }
    this.#origin = stamp;
    this.#log.delivered(stamp, arrival === 'repaired', nowUs);
    if (heldUs !== undefined && arrival === 'new') {
      this.#measureDelay(stamp, nowUs - heldUs - stamp.sentUs);
    }
    if (stamp.kind === 'audio') this.#watchAudio(packet, stamp, nowUs);
    else
      this.#watchFrames(
        () => this.#frames.onPacket(packet, stamp, this.#tracker, nowUs),
        stamp,
        nowUs,
      );
  }

  /** An empty packet stands for one that is not for us; before there are any others it probes the bandwidth. */
  #fillHole({ sequenceNumber }: RtpPacket, nowUs: number): void {
    const stamp = this.#origin;
    if (stamp === undefined) return;
    this.#tracker.onPacket(sequenceNumber, nowUs);
    if (this.kind === 'video')
      this.#watchFrames(() => this.#frames.onHoleFilled(this.#tracker, nowUs), stamp, nowUs);
  }

  #measureDelay(stamp: Stamp, transit: number): void {
    this.#log.delay(stamp, transit);
    if (this.#transitUs !== undefined) {
      this.#jitterUs += (Math.abs(transit - this.#transitUs) - this.#jitterUs) / 16;
    }
    this.#transitUs = transit;
  }

  #watchAudio(packet: RtpPacket, stamp: Stamp, nowUs: number): void {
    const sequence = this.#tracker.extend(packet.sequenceNumber);
    const { gapUs, leftOut = 0 } = this.#gaps.onPacket(stamp, sequence, nowUs) ?? {};
    if (gapUs !== undefined) this.#log.audioGap(stamp, gapUs);
    if (leftOut > 0) this.#log.speechLeftOut(stamp, leftOut);
  }

  #watchFrames(look: () => readonly FrameEvent[], stamp: Stamp, nowUs: number): void {
    const { frames } = this.#frames;
    for (const event of look()) {
      if (event.type === 'freeze') this.#log.freeze(stamp, event.us);
      if (event.type === 'key-frame') this.#log.totals.record('keyFrameWait', event.waitedUs);
      if (event.type === 'layer') this.#log.layerSwitched(nowUs);
    }
    if (this.#frames.frames > frames) this.#log.frameShown(stamp, nowUs);
  }
}
