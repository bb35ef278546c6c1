import type { SourceEncoding } from '../../../src/model/source.ts';
import { buildSenderReport } from '../../../loadtest/rtp/rtcp-packet.ts';
import { buildRtp, wrapRtx, type RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import {
  av1Frame,
  codecPayloadType,
  h264Frame,
  vp8Frame,
  vp9Frame,
  type CodedFrame,
  type CodedPacket,
} from './coded-frames.ts';
import { sealedBody } from './sealed-body.ts';
import type { WebRtcClient } from './webrtc-client.ts';

const FRAME_MS = 33;
const CLOCK_PER_MS = 90;
const FRAMES_PER_REPORT = 10;
const TEMPORAL_PATTERN = [0, 2, 1, 2] as const;
const HISTORY_PACKETS = 500;

export type VideoFlowOptions = {
  readonly client: WebRtcClient;
  readonly encodings: readonly SourceEncoding[];
  /** Of Jicofo's offer: VP8 and H264 come as a stream for each encoding, VP9 as three spatial layers, AV1 as one. VP8 if not given. */
  readonly payloadType?: number;
  readonly rtxPayloadType?: number;
  /** Bytes of body in each packet; receivers tell sources apart by its first byte. */
  readonly mark?: number;
  /** Packets of a frame of the lowest encoding; each further one sends twice as many. */
  readonly packetsPerFrame?: number;
  /** Bodies are encrypted end to end (`sealedBody`). */
  readonly sealed?: boolean;
  readonly extensions?: ReadonlyMap<number, Buffer>;
  /** Of the lowest encoding's picture; each further one has twice as much. 180 if not given. */
  readonly lowestHeight?: number;
  /** VP9 comes as a stream for each encoding, as of Firefox. */
  readonly vp9InStreams?: boolean;
  /** So many are kept of each encoding for retransmission; 500 if not given. */
  readonly historyPackets?: number;
};

type Encoding = {
  readonly ssrc: number;
  readonly rtx: number | undefined;
  sequenceNumber: number;
  rtxSequenceNumber: number;
  packets: number;
  octets: number;
  keyFrameDue: boolean;
  active: boolean;
  readonly history: Map<number, RtpPacket>;
};

/** Sends a camera, 30 frames a second, and reacts as a client does: key frames on PLI, RTX on NACK. */
export class VideoFlow {
  readonly #options: VideoFlowOptions;
  readonly #encodings: readonly Encoding[];
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  #payloadType: number;
  #frame = 0;
  /** Of the encoding at each place: requests seen. */
  readonly keyFrameRequests: number[];
  /** Requests for key frames are counted and not answered, as if they were lost on the way. */
  deaf = false;
  keyFramesSent = 0;

  constructor(options: VideoFlowOptions) {
    this.#options = options;
    this.#payloadType = options.payloadType ?? codecPayloadType.VP8;
    this.#encodings = options.encodings.map(({ ssrc, rtx }, place) => ({
      ssrc,
      rtx,
      // Far apart, and near a rollover so that nothing works by luck; but not before the bridge had some seconds to learn of the
      // SSRC: who misses the rollover can never decrypt (senders start below 32,768 for that reason).
      sequenceNumber: 65_400 - place * 20_000,
      rtxSequenceNumber: 1,
      packets: 0,
      octets: 0,
      keyFrameDue: true,
      active: true,
      history: new Map<number, RtpPacket>(),
    }));
    this.keyFrameRequests = this.#encodings.map(() => 0);
    this.#stopListening = options.client.onFeedback((packet) => {
      if (packet.type === 'pli' || packet.type === 'fir') this.#requested(packet.media);
      if (packet.type === 'nack') this.#repeat(packet.media, packet.lost);
    });
    this.#timer = setInterval(() => this.#sendFrame(), FRAME_MS);
  }

  /** Encodings that send, by place; the others stop without notice. */
  setActive(places: readonly number[]): void {
    this.#encodings.forEach((encoding, place) => {
      const active = places.includes(place);
      if (active && !encoding.active) encoding.keyFrameDue = true;
      encoding.active = active;
    });
  }

  /** Changes the codec on the live SSRCs; the next frame is a key frame. */
  setPayloadType(payloadType: number): void {
    this.#payloadType = payloadType;
    for (const encoding of this.#encodings) encoding.keyFrameDue = true;
  }

  /** Leaves out the next packet of the encoding: it is only sent again on request. */
  loseNext(place: number): number {
    const encoding = this.#encodings[place]!;
    const lost = encoding.sequenceNumber;
    this.#dropped.add(`${encoding.ssrc}/${lost & 0xffff}`);
    return lost & 0xffff;
  }

  readonly #dropped = new Set<string>();

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stopListening();
  }

  #sendFrame(): void {
    const timestamp = Math.round(performance.now() * CLOCK_PER_MS) >>> 0;
    this.#encodings.forEach((encoding, place) => {
      const carries = place === 0 || !this.#isInOneStream();
      if (encoding.active && carries) this.#sendPackets(encoding, place, timestamp);
    });
    this.#frame += 1;
  }

  #sendPackets(encoding: Encoding, place: number, timestamp: number): void {
    const keyFrame = encoding.keyFrameDue;
    encoding.keyFrameDue = false;
    if (keyFrame) this.keyFramesSent += 1;
    const packets = this.#packets(keyFrame, place);
    packets.forEach(({ payload, extensions }, packet) => {
      this.#deliver(encoding, {
        payloadType: this.#payloadType,
        sequenceNumber: encoding.sequenceNumber & 0xffff,
        timestamp,
        ssrc: encoding.ssrc,
        marker: packet === packets.length - 1,
        extensions: new Map([...extensions, ...(this.#options.extensions ?? [])]),
        payload,
      });
    });
    if (this.#frame % FRAMES_PER_REPORT === 0) this.#report(encoding, timestamp);
  }

  #packets(keyFrame: boolean, place: number): CodedPacket[] {
    const { sealed = false, mark = 0 } = this.#options;
    const frame: CodedFrame = {
      number: this.#frame,
      keyFrame,
      temporalLayer: this.#temporalLayer(keyFrame),
      encoding: place,
      height: (this.#options.lowestHeight ?? 180) * 2 ** place,
      packets: (this.#options.packetsPerFrame ?? 1) * 2 ** place,
      body: sealed ? sealedBody() : Buffer.alloc(400, mark),
      sealed,
    };
    const { VP9, H264, AV1 } = codecPayloadType;
    if (this.#payloadType === VP9) return vp9Frame(frame, this.#isInOneStream() ? 3 : 1);
    if (this.#payloadType === AV1) return av1Frame(frame);
    return this.#payloadType === H264 ? h264Frame(frame) : vp8Frame(frame);
  }

  /** Everything travels on the first SSRC. */
  #isInOneStream(): boolean {
    const isVp9 = this.#payloadType === codecPayloadType.VP9;
    return isVp9 ? !this.#options.vp9InStreams : this.#payloadType === codecPayloadType.AV1;
  }

  #temporalLayer(keyFrame: boolean): number {
    return keyFrame ? 0 : (TEMPORAL_PATTERN[this.#frame % TEMPORAL_PATTERN.length] ?? 0);
  }

  #deliver(encoding: Encoding, rtp: RtpPacket): void {
    encoding.sequenceNumber += 1;
    encoding.packets += 1;
    encoding.octets += rtp.payload.length;
    encoding.history.set(rtp.sequenceNumber, rtp);
    const { historyPackets = HISTORY_PACKETS } = this.#options;
    encoding.history.delete((rtp.sequenceNumber - historyPackets) & 0xffff);
    if (this.#dropped.delete(`${rtp.ssrc}/${rtp.sequenceNumber}`)) return;
    this.#options.client.send(buildRtp(rtp));
  }

  #report(encoding: Encoding, rtpTimestamp: number): void {
    const { ssrc, packets, octets } = encoding;
    this.#options.client.send(
      buildSenderReport({ ssrc, wallMs: Date.now(), rtpTimestamp, packets, octets }),
    );
  }

  #requested(ssrc: number): void {
    this.#encodings.forEach((encoding, place) => {
      if (encoding.ssrc !== ssrc) return;
      this.keyFrameRequests[place] = (this.keyFrameRequests[place] ?? 0) + 1;
      if (!this.deaf) encoding.keyFrameDue = true;
    });
  }

  #repeat(ssrc: number, lost: readonly number[]): void {
    const encoding = this.#encodings.find((candidate) => candidate.ssrc === ssrc);
    if (encoding?.rtx === undefined) return;
    for (const sequenceNumber of lost) {
      const original = encoding.history.get(sequenceNumber);
      if (!original) continue;
      const repeated = wrapRtx(original, {
        ssrc: encoding.rtx,
        payloadType: this.#options.rtxPayloadType ?? 96,
        sequenceNumber: encoding.rtxSequenceNumber & 0xffff,
      });
      encoding.rtxSequenceNumber += 1;
      this.#options.client.send(buildRtp(repeated));
    }
  }
}
