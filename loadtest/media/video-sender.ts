import type { Random } from '../../src/base/random.ts';
import { extensionId } from '../rtp/extension-id.ts';
import { buildRtp, type RtpPacket, wrapRtx } from '../rtp/rtp-packet.ts';
import type { Measurements } from './measurements.ts';
import { MAX_LATE_US, type Paced } from './pacer.ts';
import { type PictureNumbers, readNumbers, shiftNumbers } from './picture-numbers.ts';
import { STAMP_BYTES, writeStamp } from './stamp.ts';
import { type Layer, layersOf, type Track, type TracePacket, type VideoCodec } from './trace.ts';

const CLOCK_RATE = 90_000;
/** Packets kept for retransmission, about 3 s of the top layer. */
const HISTORY = 600;

export type VideoSenderOptions = {
  readonly participant: number;
  /** Of its clients' group, for the stamp. */
  readonly group: number;
  readonly codec: VideoCodec;
  readonly track: Track;
  readonly framesPerSecond: number;
  /** Place of the encoding in its source. */
  readonly encoding: number;
  readonly ssrc: number;
  readonly rtx: number;
  readonly payloadType: number;
  readonly rtxPayloadType: number;
  readonly random: Random;
  readonly startUs: number;
  readonly nextTransportSequence: () => number;
  readonly totals: Measurements;
  readonly emit: (packet: Buffer) => void;
};

/** One RTP stream of a camera, played from a trace: a key frame when asked for one, packets again when one is missed. */
export class VideoSender implements Paced {
  readonly kind = 'video';
  readonly encoding: number;
  readonly ssrc: number;
  /** Lowest first. */
  readonly layers: readonly Layer[];
  dueUs: number;
  packets = 0;
  readonly speech = 0;
  octets = 0;
  rtpTimestamp = 0;
  readonly #options: VideoSenderOptions;
  readonly #history = new Map<number, RtpPacket>();
  #sequenceNumber: number;
  #rtxSequenceNumber = 1;
  #picture = 0;
  #shift: PictureNumbers = { picture: 0, baseLayer: 0 };
  #last: PictureNumbers | undefined;
  /** Spatial layers that are encoded, from the lowest. */
  #layers = Infinity;
  #paused = true;

  constructor(options: VideoSenderOptions) {
    this.#options = options;
    this.encoding = options.encoding;
    this.ssrc = options.ssrc;
    this.layers = layersOf(options.track, options.framesPerSecond);
    this.dueUs = options.startUs;
    this.#sequenceNumber = options.random.uint32() & 0x7fff;
  }

  /** The next picture is a key frame. */
  requestKeyFrame(): void {
    this.#picture = 0;
  }

  /**
   * Layers nobody wants are not encoded; they start again with a key frame.
   * @param layers how many of the spatial layers, from the lowest; 0 = nothing
   */
  setLayers(layers: number): void {
    if (layers > this.#layers) this.requestKeyFrame();
    this.#layers = layers;
    this.#paused ||= layers === 0;
  }

  send(nowUs: number): void {
    const { framesPerSecond, track } = this.#options;
    this.dueUs += 1e6 / framesPerSecond;
    if (this.dueUs < nowUs - MAX_LATE_US) this.dueUs = nowUs;
    this.rtpTimestamp = Math.round((nowUs / 1e6) * CLOCK_RATE) >>> 0;
    if (this.#layers === 0) return;
    const packets = track.pictures[this.#picture] ?? [];
    this.#continueNumbers(packets);
    const encoded = packets.filter(({ spatial }) => spatial < this.#layers);
    for (const packet of encoded) {
      this.#sendPacket({ ...packet, marker: packet === encoded.at(-1) }, nowUs);
    }
    if (this.#picture === 0) this.#options.totals.count('keyFramesSent');
    this.#picture += 1;
    if (this.#picture === track.pictures.length) this.#picture = 1;
  }

  /** Answers a NACK with RTX (RFC 4588); libwebrtc repeats the extensions, too, but for MID and RID. */
  retransmit(lost: readonly number[]): void {
    const { rtx, rtxPayloadType, nextTransportSequence } = this.#options;
    for (const sequenceNumber of lost) {
      const original = this.#history.get(sequenceNumber);
      if (!original) continue;
      const repeated = wrapRtx(original, {
        ssrc: rtx,
        payloadType: rtxPayloadType,
        sequenceNumber: this.#rtxSequenceNumber,
      });
      this.#rtxSequenceNumber = (this.#rtxSequenceNumber + 1) & 0xffff;
      this.#options.totals.count('retransmitted');
      const descriptor = original.extensions.get(extensionId.dependencyDescriptor);
      const extensions = this.#extensions(descriptor ?? Buffer.alloc(0), nextTransportSequence);
      this.#options.emit(buildRtp({ ...repeated, extensions }));
    }
  }

  /** At a jump in the trace, numbers go on from the last picture's: a repetition starts behind the key frame. */
  #continueNumbers(packets: readonly TracePacket[]): void {
    const { codec, track } = this.#options;
    const [first] = packets;
    const before = this.#picture === 1 ? track.pictures[0]?.at(-1) : first;
    if (!first || !before) return;
    if (this.#picture <= 1 && this.#last) {
      const start = readNumbers(codec, before);
      const step = this.#picture === 0 ? 1 : 0;
      this.#shift = {
        picture: this.#last.picture + step - start.picture,
        baseLayer: this.#last.baseLayer + step - start.baseLayer,
      };
    }
    const final = readNumbers(codec, packets.at(-1) ?? first);
    this.#last = {
      picture: final.picture + this.#shift.picture,
      baseLayer: final.baseLayer + this.#shift.baseLayer,
    };
  }

  #sendPacket(packet: TracePacket, nowUs: number): void {
    const { participant, group, codec, payloadType, nextTransportSequence } = this.#options;
    const payload = Buffer.alloc(Math.max(packet.bytes, packet.head.length + STAMP_BYTES));
    packet.head.copy(payload);
    const descriptor = Buffer.from(packet.descriptor);
    shiftNumbers(codec, { head: payload, descriptor }, this.#shift);
    writeStamp(payload, {
      participant,
      group,
      kind: 'video',
      encoding: this.encoding,
      spatial: packet.spatial,
      temporal: packet.temporal,
      keyFrame: this.#picture === 0,
      afterPause: this.#paused,
      counter: this.packets,
      speech: undefined,
      sentUs: nowUs,
    });
    this.#paused = false;
    const fields: RtpPacket = {
      payloadType,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.rtpTimestamp,
      ssrc: this.ssrc,
      marker: packet.marker,
      extensions: this.#extensions(descriptor, nextTransportSequence),
      payload,
    };
    this.#history.set(this.#sequenceNumber, fields);
    this.#history.delete((this.#sequenceNumber - HISTORY) & 0xffff);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.packets += 1;
    this.octets += payload.length;
    this.#options.totals.count('videoSent');
    this.#options.emit(buildRtp(fields));
  }

  #extensions(descriptor: Buffer, nextTransportSequence: () => number): Map<number, Buffer> {
    const transportSequence = Buffer.alloc(2);
    transportSequence.writeUInt16BE(nextTransportSequence());
    const extensions = new Map<number, Buffer>([[extensionId.transportCc, transportSequence]]);
    if (descriptor.length > 0) extensions.set(extensionId.dependencyDescriptor, descriptor);
    return extensions;
  }
}
