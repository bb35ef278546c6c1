// A sender of video frames with counters as an encoder has them: sequence number, timestamp, picture id, frame number.
import type { RtpFields } from '../../../loadtest/rtp/rtp-packet.ts';
import { extensionId, payloadType } from './jitsi-parameters.ts';
import { buildVp8 } from './vp8-payload.ts';

export type VideoSourceOptions = {
  readonly ssrc: number;
  readonly codec?: 'VP8' | 'AV1';
  readonly sequenceNumber?: number;
  readonly timestamp?: number;
  readonly pictureId?: number;
  readonly frameNumber?: number;
};

export type FrameOptions = {
  readonly keyFrame?: boolean;
  readonly packets?: number;
  /** Leave the last packets of the frame out, as if the source was cut. */
  readonly withoutEnd?: boolean;
  readonly payloadBytes?: number;
  /** VP8 key frames: of the picture. */
  readonly size?: readonly [width: number, height: number];
  readonly extensions?: ReadonlyMap<number, Buffer>;
};

const FRAME_TICKS = 3000;

export class VideoSource {
  readonly ssrc: number;
  readonly codec: 'VP8' | 'AV1';
  sequenceNumber: number;
  timestamp: number;
  #pictureId: number;
  #tl0PicIdx = 0;
  #frameNumber: number;

  constructor(options: VideoSourceOptions) {
    this.ssrc = options.ssrc;
    this.codec = options.codec ?? 'VP8';
    this.sequenceNumber = options.sequenceNumber ?? 1000;
    this.timestamp = options.timestamp ?? 90_000;
    this.#pictureId = options.pictureId ?? 100;
    this.#frameNumber = options.frameNumber ?? 0;
  }

  /** The packets of the next frame, 33 ms after the one before. */
  frame(options: FrameOptions = {}): RtpFields[] {
    const count = options.packets ?? 3;
    const packets = Array.from({ length: count }, (_, place) =>
      this.#packet(place, count, options),
    );
    this.timestamp = (this.timestamp + FRAME_TICKS) >>> 0;
    this.#pictureId += 1;
    this.#tl0PicIdx += 1;
    this.#frameNumber = (this.#frameNumber + 1) & 0xffff;
    return options.withoutEnd === true ? packets.slice(0, -1) : packets;
  }

  #packet(place: number, count: number, options: FrameOptions): RtpFields {
    const keyFrame = options.keyFrame ?? false;
    const sequenceNumber = this.sequenceNumber;
    this.sequenceNumber = (this.sequenceNumber + 1) & 0xffff;
    const extensions = new Map(options.extensions);
    if (this.codec === 'AV1')
      extensions.set(
        extensionId.dependencyDescriptor,
        oneLayerDescriptor(this.#frameNumber, {
          start: place === 0,
          end: place === count - 1,
          structure: keyFrame && place === 0,
        }),
      );
    return {
      payloadType: this.codec === 'AV1' ? payloadType.av1 : payloadType.vp8,
      sequenceNumber,
      timestamp: this.timestamp,
      ssrc: this.ssrc,
      marker: place === count - 1,
      extensions,
      payload: this.#payload(place, options),
    };
  }

  #payload(place: number, { keyFrame = false, payloadBytes = 200, size }: FrameOptions): Buffer {
    const body = Buffer.alloc(payloadBytes, place + 1);
    if (this.codec === 'AV1') return body;
    return buildVp8(
      {
        pictureId: this.#pictureId,
        tl0PicIdx: this.#tl0PicIdx,
        temporalLayer: 0,
        startOfFrame: place === 0,
        keyFrame,
        ...(size && { size }),
      },
      body,
    );
  }
}

/** The frame number in a dependency descriptor. */
export function frameNumberOf(extensions: ReadonlyMap<number, Buffer>): number | undefined {
  return extensions.get(extensionId.dependencyDescriptor)?.readUInt16BE(1);
}

/**
 * A dependency descriptor (AV1 RTP payload format, appendix A) of a stream with one layer: on the first packet of a key frame
 * the structure of one template and one decode target follows.
 */
export function oneLayerDescriptor(
  frameNumber: number,
  { start, end, structure }: { start: boolean; end: boolean; structure: boolean },
): Buffer {
  const fixed = Buffer.alloc(3);
  fixed[0] = (start ? 0x80 : 0) | (end ? 0x40 : 0);
  fixed.writeUInt16BE(frameNumber, 1);
  if (!structure) return fixed;
  const bits =
    '10000' + // structure present; no active targets, no custom fields
    '000000' + // template id offset
    '00000' + // one decode target
    '11' + // no more templates
    '10' + // the target needs this template
    '0' + // no frame differences
    '0' + // no chains
    '0'; // no resolutions
  const bytes = bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.concat([fixed, Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))]);
}
