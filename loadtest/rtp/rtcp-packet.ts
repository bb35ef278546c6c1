// The RTCP packets a client sends and reads (RFC 3550 §6, RFC 4585 §6, RFC 5104 §4.3.1).

export type RtcpPacket =
  | {
      readonly type: 'sender-report';
      readonly ssrc: number;
      /** The middle 32 bits of the NTP timestamp, as receiver reports repeat them. */
      readonly ntp: number;
      readonly rtpTimestamp: number;
      readonly packets: number;
    }
  | { readonly type: 'receiver-report'; readonly ssrc: number; readonly sources: readonly number[] }
  | {
      readonly type: 'nack';
      readonly sender: number;
      readonly media: number;
      readonly lost: readonly number[];
    }
  | { readonly type: 'pli'; readonly sender: number; readonly media: number }
  | { readonly type: 'fir'; readonly sender: number; readonly media: number }
  | { readonly type: 'transport-cc'; readonly sender: number; readonly media: number }
  | { readonly type: 'remb'; readonly sender: number; readonly bitrateBps: number }
  | { readonly type: 'other'; readonly packetType: number; readonly count: number };

const SR = 200;
const RR = 201;
const RTPFB = 205;
const PSFB = 206;

/** Takes a compound packet apart. */
export function parseRtcp(data: Buffer): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let offset = 0;
  while (offset + 4 <= data.length) {
    const length = (data.readUInt16BE(offset + 2) + 1) * 4;
    packets.push(parseOne(data.subarray(offset, offset + length)));
    offset += length;
  }
  return packets;
}

function parseOne(packet: Buffer): RtcpPacket {
  const count = packet.readUInt8(0) & 0x1f;
  const packetType = packet.readUInt8(1);
  if (packetType === SR) {
    return {
      type: 'sender-report',
      ssrc: packet.readUInt32BE(4),
      ntp: packet.readUInt32BE(10),
      rtpTimestamp: packet.readUInt32BE(16),
      packets: packet.readUInt32BE(20),
    };
  }
  if (packetType === RR) {
    const sources = Array.from({ length: count }, (_, block) =>
      packet.readUInt32BE(8 + block * 24),
    );
    return { type: 'receiver-report', ssrc: packet.readUInt32BE(4), sources };
  }
  if (packetType === RTPFB || packetType === PSFB) return parseFeedback(packet, packetType, count);
  return { type: 'other', packetType, count };
}

function parseFeedback(packet: Buffer, packetType: number, format: number): RtcpPacket {
  const sender = packet.readUInt32BE(4);
  const media = packet.readUInt32BE(8);
  if (packetType === RTPFB && format === 1)
    return { type: 'nack', sender, media, lost: lostPackets(packet) };
  if (packetType === RTPFB && format === 15) return { type: 'transport-cc', sender, media };
  if (packetType === PSFB && format === 1) return { type: 'pli', sender, media };
  if (packetType === PSFB && format === 4)
    return { type: 'fir', sender, media: packet.readUInt32BE(12) };
  if (packetType === PSFB && format === 15 && packet.toString('latin1', 12, 16) === 'REMB') {
    const exponent = packet.readUInt8(17) >> 2;
    const mantissa = ((packet.readUInt8(17) & 3) << 16) | packet.readUInt16BE(18);
    return { type: 'remb', sender, bitrateBps: mantissa * 2 ** exponent };
  }
  return { type: 'other', packetType, count: format };
}

/** The packets of a generic NACK: a first one and a mask of the 16 after it, per entry. */
function lostPackets(packet: Buffer): number[] {
  const lost: number[] = [];
  for (let offset = 12; offset + 4 <= packet.length; offset += 4) {
    const first = packet.readUInt16BE(offset);
    const mask = packet.readUInt16BE(offset + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if (mask & (1 << bit)) lost.push((first + bit + 1) & 0xffff);
    }
  }
  return lost;
}

export type SenderReportFields = {
  readonly ssrc: number;
  readonly wallMs: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
};

export function buildSenderReport(fields: SenderReportFields): Buffer {
  const packet = Buffer.alloc(28);
  packet[0] = 0x80;
  packet[1] = SR;
  packet.writeUInt16BE(6, 2);
  packet.writeUInt32BE(fields.ssrc, 4);
  const ntpSeconds = Math.floor(fields.wallMs / 1000) + 2_208_988_800;
  packet.writeUInt32BE(ntpSeconds >>> 0, 8);
  packet.writeUInt32BE(Math.floor(((fields.wallMs % 1000) / 1000) * 2 ** 32) >>> 0, 12);
  packet.writeUInt32BE(fields.rtpTimestamp >>> 0, 16);
  packet.writeUInt32BE(fields.packets, 20);
  packet.writeUInt32BE(fields.octets >>> 0, 24);
  return packet;
}

/** What a receiver says of one stream (RFC 3550 §6.4.1). */
export type ReportBlock = {
  readonly ssrc: number;
  /** 0 to 1, since the last report. */
  readonly fractionLost: number;
  readonly lost: number;
  /** Extended: rollovers in the upper 16 bits. */
  readonly highestSequenceNumber: number;
  /** In units of the stream's clock. */
  readonly jitter: number;
  readonly lastReport: number;
  /** Seconds since that sender report came. */
  readonly delayS: number;
};

/** @param blocks at most 31 */
export function buildReceiverReport(sender: number, blocks: readonly ReportBlock[]): Buffer {
  const packet = Buffer.alloc(8 + blocks.length * 24);
  packet[0] = 0x80 | blocks.length;
  packet[1] = RR;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(sender, 4);
  blocks.forEach((block, place) => {
    const at = 8 + place * 24;
    packet.writeUInt32BE(block.ssrc, at);
    packet.writeUInt8(Math.min(255, Math.floor(block.fractionLost * 256)), at + 4);
    packet.writeUIntBE(Math.min(0x7f_ffff, block.lost), at + 5, 3);
    packet.writeUInt32BE(block.highestSequenceNumber >>> 0, at + 8);
    packet.writeUInt32BE(Math.round(block.jitter) >>> 0, at + 12);
    packet.writeUInt32BE(block.lastReport, at + 16);
    packet.writeUInt32BE(Math.round(block.delayS * 65_536) >>> 0, at + 20);
  });
  return packet;
}

/** @param lost sequence numbers, each in an entry of its own */
export function buildNack(sender: number, media: number, lost: readonly number[]): Buffer {
  const packet = feedback(RTPFB, 1, [sender, media], lost.length);
  lost.forEach((sequenceNumber, place) => packet.writeUInt16BE(sequenceNumber, 12 + place * 4));
  return packet;
}

export function buildPli(sender: number, media: number): Buffer {
  return feedback(PSFB, 1, [sender, media], 0);
}

/** @param words 32-bit words after the two SSRCs */
function feedback(
  packetType: number,
  format: number,
  [sender, media]: readonly [number, number],
  words: number,
): Buffer {
  const packet = Buffer.alloc(12 + words * 4);
  packet[0] = 0x80 | format;
  packet[1] = packetType;
  packet.writeUInt16BE(2 + words, 2);
  packet.writeUInt32BE(sender, 4);
  packet.writeUInt32BE(media, 8);
  return packet;
}
