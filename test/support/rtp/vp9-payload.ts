// VP9 payloads in non-flexible mode (RFC 9628 §4.2): enough for a bridge, which reads the descriptor only.

export type Vp9Descriptor = {
  readonly pictureId: number;
  readonly tl0PicIdx: number;
  readonly temporalLayer: number;
  readonly spatialLayer: number;
  readonly keyFrame: boolean;
  readonly startOfLayerFrame: boolean;
  readonly endOfLayerFrame: boolean;
};

const flag = { pictureId: 0x80, interPicture: 0x40, layers: 0x20, start: 0x08, end: 0x04 };
const SWITCH_UP = 0x10;
const INTER_LAYER = 0x01;

export function buildVp9(descriptor: Vp9Descriptor, body: Buffer): Buffer {
  const { keyFrame, spatialLayer, temporalLayer } = descriptor;
  const head = Buffer.alloc(5);
  head[0] =
    flag.pictureId |
    flag.layers |
    (keyFrame ? 0 : flag.interPicture) |
    (descriptor.startOfLayerFrame ? flag.start : 0) |
    (descriptor.endOfLayerFrame ? flag.end : 0);
  head.writeUInt16BE(0x8000 | (descriptor.pictureId & 0x7fff), 1);
  head[3] =
    (temporalLayer << 5) |
    SWITCH_UP |
    (spatialLayer << 1) |
    // K-SVC: a layer above depends on the one below at key frames only.
    (keyFrame && spatialLayer > 0 ? INTER_LAYER : 0);
  head[4] = descriptor.tl0PicIdx & 0xff;
  return Buffer.concat([head, body]);
}

export function parseVp9(payload: Buffer): Vp9Descriptor {
  const first = payload.readUInt8(0);
  const layers = payload.readUInt8(3);
  return {
    pictureId: payload.readUInt16BE(1) & 0x7fff,
    tl0PicIdx: payload.readUInt8(4),
    temporalLayer: layers >> 5,
    spatialLayer: (layers >> 1) & 7,
    keyFrame: (first & flag.interPicture) === 0,
    startOfLayerFrame: (first & flag.start) !== 0,
    endOfLayerFrame: (first & flag.end) !== 0,
  };
}
