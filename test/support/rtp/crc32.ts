/** CRC-32 of ISO 3309, as STUN and PNG use it. (Node has one in zlib from 20.15 on, without types in ours.) */
export function crc32(data: Buffer): number {
  return reflectedCrc(data, 0xedb8_8320);
}

/** CRC-32C, as SCTP uses it (RFC 9260 appendix A). */
export function crc32c(data: Buffer): number {
  return reflectedCrc(data, 0x82f6_3b78);
}

function reflectedCrc(data: Buffer, polynomial: number): number {
  let crc = 0xffff_ffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? polynomial : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
