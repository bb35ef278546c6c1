import { crc32c } from './crc32.ts';

/** Types of chunks (RFC 9260 §3.2, RFC 3758, RFC 6525, RFC 8260). */
export const chunkType = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  shutdownComplete: 14,
  interleavedData: 64,
  reConfig: 130,
  forwardTsn: 192,
} as const;

/** Ports and verification tag. */
export const COMMON_HEADER_BYTES = 8;
const CHECKSUM_BYTES = 4;

/** A packet with a true checksum. @param header ports and verification tag, of another packet */
export function sctpPacket(header: Buffer, chunks: Buffer): Buffer {
  const packet = Buffer.concat([
    header.subarray(0, COMMON_HEADER_BYTES),
    Buffer.alloc(CHECKSUM_BYTES),
    chunks,
  ]);
  packet.writeUInt32LE(crc32c(packet), COMMON_HEADER_BYTES);
  return packet;
}

export const chunksOf = (packet: Buffer) => packet.subarray(COMMON_HEADER_BYTES + CHECKSUM_BYTES);

/** @param length what it says of itself; the truth unless given */
export function chunk(type: number, body: Buffer, flags = 0, length = 4 + body.length): Buffer {
  const header = Buffer.from([type, flags, length >> 8, length & 0xff]);
  return Buffer.concat([header, body, Buffer.alloc(-body.length & 3)]);
}

/** Whole numbers of 32 bits, one after the other. */
export function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  values.forEach((value, at) => buffer.writeUInt32BE(value >>> 0, 4 * at));
  return buffer;
}
