// What a camera puts into its RTP packets, in each of Jicofo's four codecs; enough for a bridge, which reads no further.
import type { RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { extensionId } from '../rtp/jitsi-parameters.ts';
import { av1KeyFrame, h264KeyFrame } from '../rtp/picture-headers.ts';
import { oneLayerDescriptor } from '../rtp/video-source.ts';
import { buildVp8, parseVp8 } from '../rtp/vp8-payload.ts';
import { buildVp9, parseVp9 } from '../rtp/vp9-payload.ts';

/** In Jicofo's offer. */
export const codecPayloadType = { AV1: 41, VP8: 100, VP9: 101, H264: 107 } as const;

export type CodedFrame = {
  /** Of all frames of the source, from 0. */
  readonly number: number;
  readonly keyFrame: boolean;
  readonly temporalLayer: number;
  /** Of the lowest encoding 0. */
  readonly encoding: number;
  readonly height: number;
  /** Packets to make of it where the codec has no layers in one stream. */
  readonly packets: number;
  readonly body: Buffer;
  /** The body was encrypted end to end: of AV1 nothing else is there (VP8's header stays readable, lib-jitsi-meet's Context.ts). */
  readonly sealed?: boolean;
};

export type CodedPacket = Pick<RtpPacket, 'payload' | 'extensions'>;

const none = new Map<number, Buffer>();
const DELTA_SLICE = Buffer.from([0x61, 0x9a]);
const AV1_DELTA = Buffer.from([0x10]);

export function vp8Frame(frame: CodedFrame): CodedPacket[] {
  const { number, keyFrame, temporalLayer, height, packets } = frame;
  return Array.from({ length: packets }, (_, packet) => ({
    extensions: none,
    payload: buildVp8(
      {
        pictureId: number + frame.encoding * 1000,
        tl0PicIdx: number >> 2,
        temporalLayer,
        startOfFrame: packet === 0,
        keyFrame,
        size: [(height * 16) / 9, height],
      },
      frame.body,
    ),
  }));
}

/** One packet for each spatial layer. */
export function vp9Frame(frame: CodedFrame, spatialLayers: number): CodedPacket[] {
  const { number, keyFrame, temporalLayer } = frame;
  return Array.from({ length: spatialLayers }, (_, spatialLayer) => ({
    extensions: none,
    payload: buildVp9(
      {
        pictureId: number + frame.encoding * 1000,
        tl0PicIdx: number >> 2,
        temporalLayer,
        spatialLayer,
        keyFrame,
        startOfLayerFrame: true,
        endOfLayerFrame: true,
      },
      frame.body,
    ),
  }));
}

export function h264Frame({ keyFrame, height, packets, body }: CodedFrame): CodedPacket[] {
  const head = keyFrame ? h264KeyFrame([(height * 16) / 9, height]) : DELTA_SLICE;
  return Array.from({ length: packets }, (_, packet) => ({
    extensions: none,
    payload: Buffer.concat([packet === 0 ? head : DELTA_SLICE, body]),
  }));
}

/** One layer, as the dependency descriptor says. */
export function av1Frame(frame: CodedFrame): CodedPacket[] {
  const { number, keyFrame, height, packets, body, sealed = false } = frame;
  const head = keyFrame ? av1KeyFrame([(height * 16) / 9, height]) : AV1_DELTA;
  return Array.from({ length: packets }, (_, packet) => {
    const [start, end] = [packet === 0, packet === packets - 1];
    const descriptor = oneLayerDescriptor(number, { start, end, structure: keyFrame && start });
    return {
      extensions: new Map([[extensionId.dependencyDescriptor, descriptor]]),
      payload: sealed ? body : Buffer.concat([start ? head : AV1_DELTA, body]),
    };
  });
}

/** Whether a key frame of the codec begins with this packet. */
export function beginsKeyFrame({ payloadType, payload }: RtpPacket): boolean {
  if (payloadType === codecPayloadType.VP9) return parseVp9(payload).keyFrame;
  if (payloadType === codecPayloadType.H264) return (payload.readUInt8(0) & 0x1f) === 24;
  if (payloadType === codecPayloadType.AV1) return (payload.readUInt8(0) & 0x08) !== 0;
  const { keyFrame, startOfFrame } = parseVp8(payload);
  return keyFrame && startOfFrame;
}
