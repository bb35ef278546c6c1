// VP8 payloads with a descriptor (RFC 7741 §4.2): enough for a bridge, which reads no further than the frame header.

export type Vp8Descriptor = {
  readonly pictureId: number;
  readonly tl0PicIdx: number;
  readonly temporalLayer: number;
  readonly startOfFrame: boolean;
  readonly keyFrame: boolean;
  /** Of a key frame; 320 x 180 if not given. */
  readonly size?: readonly [width: number, height: number];
};

const DESCRIPTOR_BYTES = 6;

/** @param body follows the descriptor and, at the start of a frame, the frame header */
export function buildVp8(descriptor: Vp8Descriptor, body: Buffer): Buffer {
  const head = Buffer.alloc(DESCRIPTOR_BYTES);
  head[0] = 0x80 | (descriptor.startOfFrame ? 0x10 : 0);
  head[1] = 0xe0; // picture id, TL0PICIDX and temporal layer follow
  head.writeUInt16BE(0x8000 | (descriptor.pictureId & 0x7fff), 2);
  head[4] = descriptor.tl0PicIdx & 0xff;
  // Layer sync, as libvpx marks key frames and frames that depend on the base layer only.
  const layerSync = descriptor.keyFrame || descriptor.temporalLayer > 0;
  head[5] = (descriptor.temporalLayer << 6) | (layerSync ? 0x20 : 0);
  return Buffer.concat([
    head,
    descriptor.startOfFrame ? frameHeader(descriptor) : Buffer.alloc(0),
    body,
  ]);
}

export function parseVp8(payload: Buffer): Vp8Descriptor {
  return {
    pictureId: payload.readUInt16BE(2) & 0x7fff,
    tl0PicIdx: payload.readUInt8(4),
    temporalLayer: payload.readUInt8(5) >> 6,
    startOfFrame: (payload.readUInt8(0) & 0x10) !== 0,
    keyFrame: (payload.readUInt8(0) & 0x10) !== 0 && (payload.readUInt8(6) & 1) === 0,
  };
}

function frameHeader({ keyFrame, size: [width, height] = [320, 180] }: Vp8Descriptor): Buffer {
  if (!keyFrame) return Buffer.from([0x01, 0, 0]);
  const header = Buffer.from([0x00, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0]); // start code, size
  header.writeUInt16LE(width, 6);
  header.writeUInt16LE(height, 8);
  return header;
}
