// What senders say of the size of their pictures, as bits: written from the specifications, read by the worker.

type Size = readonly [width: number, height: number];

export class BitWriter {
  #bits = '';

  put(count: number, value: number): this {
    this.#bits += value.toString(2).padStart(count, '0');
    return this;
  }

  /** Exp-Golomb (ITU-T H.264 §9.1). */
  putUe(value: number): this {
    const bits = (value + 1).toString(2);
    this.#bits += bits.padStart(bits.length * 2 - 1, '0');
    return this;
  }

  bytes(): Buffer {
    const whole = this.#bits.padEnd(Math.ceil(this.#bits.length / 8) * 8, '0');
    return Buffer.from(whole.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  }
}

/** H264 with a sequence parameter set in an aggregation packet, as encoders begin key frames (RFC 6184 §5.7.1). */
export function h264KeyFrame([width, height]: Size): Buffer {
  const macroblocks = (side: number) => Math.ceil(side / 16);
  const cropped = (side: number) => (macroblocks(side) * 16 - side) / 2;
  const parameterSet = new BitWriter()
    .put(8, 0x67)
    .put(8, 66) // baseline
    .put(16, 0xc01f)
    .putUe(0) // id
    .putUe(0) // log2_max_frame_num_minus4
    .putUe(2) // pic_order_cnt_type
    .putUe(1) // max_num_ref_frames
    .put(1, 0)
    .putUe(macroblocks(width) - 1)
    .putUe(macroblocks(height) - 1)
    .put(1, 1) // frames only
    .put(1, 1)
    .put(1, 1) // cropping
    .putUe(0)
    .putUe(cropped(width))
    .putUe(0)
    .putUe(cropped(height))
    .put(1, 0)
    .put(1, 1)
    .bytes();
  const length = Buffer.alloc(2);
  length.writeUInt16BE(parameterSet.length);
  const rest = Buffer.from([0, 2, 0x68, 0xce]); // a picture parameter set
  return Buffer.concat([Buffer.from([0x78]), length, parameterSet, rest]);
}

/** A VP9 key frame of the lowest spatial layer whose scalability structure has the sizes of all (RFC 9628 §4.2). */
export function vp9KeyFrame(sizes: readonly Size[]): Buffer {
  const structure = new BitWriter().put(3, sizes.length - 1).put(5, 0x10);
  for (const [width, height] of sizes) structure.put(16, width).put(16, height);
  // Picture id, layers, start, end, structure; id 1, all layers lowest, TL0PICIDX 1.
  return Buffer.concat([
    Buffer.from([0xae, 0x80, 0x01, 0x00, 0x01]),
    structure.bytes(),
    Buffer.alloc(200, 1),
  ]);
}

/** A VP9 key frame without structure: the size is in the frame header (VP9 bitstream §6.2). */
export function vp9PlainKeyFrame([width, height]: Size): Buffer {
  const header = new BitWriter()
    .put(2, 2) // marker
    .put(2, 0) // profile
    .put(4, 0b0010) // shown, a key frame
    .put(24, 0x498342)
    .put(3, 1) // colour
    .put(1, 0)
    .put(16, width - 1)
    .put(16, height - 1)
    .bytes();
  return Buffer.concat([Buffer.from([0x8c, 0x80, 0x01]), header, Buffer.alloc(200, 1)]);
}

/** An AV1 packet that begins a sequence with its header (AV1 §5.5, RTP payload format §4.4). */
export function av1KeyFrame([width, height]: Size): Buffer {
  const sequence = new BitWriter()
    .put(3, 0)
    .put(2, 0)
    .put(2, 0) // no timing, no display delay
    .put(5, 0) // one operating point
    .put(12, 0)
    .put(5, 8)
    .put(1, 0)
    .put(4, 15)
    .put(4, 15)
    .put(16, width - 1)
    .put(16, height - 1)
    .bytes();
  const unit = Buffer.concat([Buffer.from([0x08]), sequence]); // OBU header without size
  return Buffer.concat([Buffer.from([0x28, unit.length]), unit, Buffer.alloc(200, 1)]);
}

/**
 * A dependency descriptor (AV1 RTP payload format, appendix A) with a structure of spatial layers, one template and one decode
 * target each, as K-SVC without its key frames. @param active bit mask of decode targets
 */
export function layeredDescriptor(
  frameNumber: number,
  spatialLayer: number,
  { sizes, layers, active }: { sizes: readonly Size[]; layers: number; active?: number },
): Buffer {
  const writer = new BitWriter()
    .put(2, 3) // a whole frame
    .put(6, spatialLayer)
    .put(16, frameNumber)
    .put(1, 1) // structure
    .put(1, active === undefined ? 0 : 1)
    .put(3, 0)
    .put(6, 0)
    .put(5, layers - 1);
  for (let layer = 0; layer < layers; layer += 1) writer.put(2, layer === layers - 1 ? 3 : 2);
  for (let layer = 0; layer < layers; layer += 1)
    for (let target = 0; target < layers; target += 1) writer.put(2, target === layer ? 2 : 0);
  writer.put(layers, 0); // no frame differences
  writer.put(Math.floor(Math.log2(layers + 1)), 0); // no chains: ns(layers + 1)
  writer.put(1, sizes.length > 0 ? 1 : 0);
  for (const [width, height] of sizes) writer.put(16, width - 1).put(16, height - 1);
  if (active !== undefined) writer.put(layers, active);
  return writer.bytes();
}

/**
 * A dependency descriptor of K-SVC in two spatial layers, a decode target each: the upper one needs the lower one's key frames only.
 * @param keyFrame the picture is one; its lower frame carries the structure
 * @param active bit mask of decode targets that are sent from this frame on
 */
export function keySvcDescriptor(
  frameNumber: number,
  { layer, keyFrame, active }: { layer: 0 | 1; keyFrame: boolean; active?: number | undefined },
): Buffer {
  const writer = new BitWriter()
    .put(2, 3) // a whole frame
    .put(6, layer * 2 + (keyFrame ? 0 : 1))
    .put(16, frameNumber);
  const hasStructure = keyFrame && layer === 0;
  if (!hasStructure && active === undefined) return writer.bytes();
  writer
    .put(1, hasStructure ? 1 : 0)
    .put(1, active === undefined ? 0 : 1)
    .put(3, 0);
  if (hasStructure) {
    writer.put(6, 0).put(5, 1);
    for (const next of [0, 2, 0, 3]) writer.put(2, next); // templates: two of each layer
    for (const indications of [
      [2, 2],
      [2, 0],
      [0, 2],
      [0, 2],
    ]) {
      for (const indication of indications) writer.put(2, indication);
    }
    writer.put(4, 0); // no frame differences
    writer.put(1, 0); // no chains: ns(3)
    writer.put(1, 0); // no sizes
  }
  if (active !== undefined) writer.put(2, active);
  return writer.bytes();
}

/** video-layers-allocation00 of one stream: kbit/s of each spatial layer and, optionally, its size. */
export function layersAllocation(
  layers: readonly { readonly kbps: number; readonly size?: Size }[],
): Buffer {
  if (layers.length === 0) return Buffer.from([0]);
  const writer = new BitWriter()
    .put(4, 0)
    .put(4, 2 ** layers.length - 1)
    .put(8, 0);
  for (const { kbps } of layers) {
    if (kbps >= 0x80) writer.put(8, 0x80 | (kbps & 0x7f)).put(8, kbps >> 7);
    else writer.put(8, kbps);
  }
  for (const { size } of layers)
    if (size)
      writer
        .put(16, size[0] - 1)
        .put(16, size[1] - 1)
        .put(8, 30);
  return writer.bytes();
}
