// The running numbers in payload descriptors: a trace that is repeated must go on counting where it stopped.
import type { TracePacket, VideoCodec } from './trace.ts';

/** Numbers of one picture; those a codec has not got are 0. */
export type PictureNumbers = {
  /** VP8 and VP9 picture id (15 bits), AV1 frame number of the dependency descriptor (16 bits). */
  readonly picture: number;
  /** VP8 and VP9 TL0PICIDX (8 bits). */
  readonly baseLayer: number;
};

const wrap = { VP8: 0x7fff, VP9: 0x7fff, AV1: 0xffff } as const;

export function readNumbers(codec: VideoCodec, { head, descriptor }: TracePacket): PictureNumbers {
  if (codec === 'AV1') {
    return { picture: descriptor.length >= 3 ? descriptor.readUInt16BE(1) : 0, baseLayer: 0 };
  }
  const at = positions(codec, head);
  return {
    picture: head.readUInt16BE(at.picture) & 0x7fff,
    baseLayer: at.baseLayer === undefined ? 0 : head.readUInt8(at.baseLayer),
  };
}

/** Adds to the numbers in `head` and `descriptor`, which are the copies that will be sent. */
export function shiftNumbers(
  codec: VideoCodec,
  copies: { readonly head: Buffer; readonly descriptor: Buffer },
  by: PictureNumbers,
): void {
  const { head, descriptor } = copies;
  if (codec === 'AV1') {
    if (descriptor.length < 3) return;
    descriptor.writeUInt16BE((descriptor.readUInt16BE(1) + by.picture) & wrap.AV1, 1);
    return;
  }
  const at = positions(codec, head);
  const picture = ((head.readUInt16BE(at.picture) & 0x7fff) + by.picture) & wrap[codec];
  head.writeUInt16BE(0x8000 | picture, at.picture);
  if (at.baseLayer !== undefined) {
    head.writeUInt8((head.readUInt8(at.baseLayer) + by.baseLayer) & 0xff, at.baseLayer);
  }
}

/** Where a descriptor as libwebrtc writes it has its numbers (RFC 7741 §4.2, RFC 9628 §4.2). */
function positions(codec: 'VP8' | 'VP9', head: Buffer): { picture: number; baseLayer?: number } {
  if (codec === 'VP8') {
    const extended = head.readUInt8(1);
    return { picture: 2, ...((extended & 0x40) !== 0 && { baseLayer: 4 }) };
  }
  const first = head.readUInt8(0);
  const flexible = (first & 0x10) !== 0;
  const layers = (first & 0x20) !== 0;
  return { picture: 1, ...(layers && !flexible && { baseLayer: 4 }) };
}
