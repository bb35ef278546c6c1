// RTP packets (RFC 3550 §5.1) with one-byte or two-byte header extensions (RFC 8285), as values.

export type RtpPacket = {
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly marker: boolean;
  /** Header extensions by id. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** Without padding. */
  readonly payload: Buffer;
};

export type RtpFields = Omit<RtpPacket, 'extensions'> & {
  readonly extensions?: ReadonlyMap<number, Buffer>;
};

const ONE_BYTE_PROFILE = 0xbede;

export function buildRtp(fields: RtpFields): Buffer {
  const extension = buildExtensions(fields.extensions ?? new Map());
  const header = Buffer.alloc(12);
  header[0] = 0x80 | (extension.length > 0 ? 0x10 : 0);
  header[1] = (fields.marker ? 0x80 : 0) | fields.payloadType;
  header.writeUInt16BE(fields.sequenceNumber & 0xffff, 2);
  header.writeUInt32BE(fields.timestamp >>> 0, 4);
  header.writeUInt32BE(fields.ssrc, 8);
  return Buffer.concat([header, extension, fields.payload]);
}

export function parseRtp(data: Buffer): RtpPacket {
  const flags = data.readUInt8(0);
  let offset = 12 + (flags & 0x0f) * 4;
  let extensions = new Map<number, Buffer>();
  if (flags & 0x10) {
    const profile = data.readUInt16BE(offset);
    const length = data.readUInt16BE(offset + 2) * 4;
    const body = data.subarray(offset + 4, offset + 4 + length);
    extensions = parseExtensions(body, profile === ONE_BYTE_PROFILE);
    offset += 4 + length;
  }
  const padding = flags & 0x20 ? data.readUInt8(data.length - 1) : 0;
  return {
    payloadType: data.readUInt8(1) & 0x7f,
    sequenceNumber: data.readUInt16BE(2),
    timestamp: data.readUInt32BE(4),
    ssrc: data.readUInt32BE(8),
    marker: (data.readUInt8(1) & 0x80) !== 0,
    extensions,
    payload: data.subarray(offset, data.length - padding),
  };
}

/** RTCP shares the port: its packet types 192 to 223 stand where RTP has marker and payload type (RFC 5761 §4). */
export function isRtcp(data: Buffer): boolean {
  const type = data[1] ?? 0;
  return type >= 192 && type <= 223;
}

/** An RTX packet's original sequence number (RFC 4588 §4) and payload. */
export function unwrapRtx({ payload }: RtpPacket): { sequenceNumber: number; payload: Buffer } {
  return { sequenceNumber: payload.readUInt16BE(0), payload: payload.subarray(2) };
}

/** The RTX packet that repeats `original`. */
export function wrapRtx(
  original: RtpPacket,
  rtx: { readonly ssrc: number; readonly payloadType: number; readonly sequenceNumber: number },
): RtpPacket {
  const osn = Buffer.alloc(2);
  osn.writeUInt16BE(original.sequenceNumber);
  return { ...original, ...rtx, payload: Buffer.concat([osn, original.payload]) };
}

function buildExtensions(extensions: ReadonlyMap<number, Buffer>): Buffer {
  if (extensions.size === 0) return Buffer.alloc(0);
  const entries = [...extensions];
  const oneByte = entries.every(
    ([id, value]) => id <= 14 && value.length >= 1 && value.length <= 16,
  );
  const body = Buffer.concat(
    entries.map(([id, value]) =>
      Buffer.concat([
        oneByte ? Buffer.from([(id << 4) | (value.length - 1)]) : Buffer.from([id, value.length]),
        value,
      ]),
    ),
  );
  const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
  const head = Buffer.alloc(4);
  head.writeUInt16BE(oneByte ? ONE_BYTE_PROFILE : 0x1000, 0);
  head.writeUInt16BE(padded.length / 4, 2);
  return Buffer.concat([head, padded]);
}

function parseExtensions(body: Buffer, oneByte: boolean): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  let offset = 0;
  while (offset < body.length) {
    const first = body.readUInt8(offset);
    if (first === 0) {
      offset += 1; // padding
      continue;
    }
    const id = oneByte ? first >> 4 : first;
    const length = oneByte ? (first & 0x0f) + 1 : body.readUInt8(offset + 1);
    const start = offset + (oneByte ? 1 : 2);
    found.set(id, Buffer.from(body.subarray(start, start + length)));
    offset = start + length;
  }
  return found;
}
