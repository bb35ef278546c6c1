// What every media packet of the load tester carries in the last bytes of its payload, where no bridge looks: who sent it, its
// number in its stream and when it went. Delay, gaps and conservation are measured on it, whatever the bridge does to RTP headers.
import type { MediaKind } from '../../src/model/media-description.ts';

export const STAMP_BYTES = 24;
const MAGIC = 0x7e57;
const flag = { keyFrame: 1, afterPause: 2, video: 4 };
/** The other five bits of the flags. */
export const MAX_GROUPS = 32;
const GROUP_SHIFT = 3;

/** Where in what somebody says a packet is. */
export type Speech = {
  /** Counts the packets with speech of this stream, from 0, modulo 2¹⁶. */
  readonly frame: number;
  /** Its place in its talk spurt, from 1; 65,535 stands for all later ones. */
  readonly inSpurt: number;
};

/** From one packet with speech to another, by their `Speech.frame`; negative when it is an earlier one. Everything is after none. */
export function framesBetween(from: number | undefined, to: number): number {
  return from === undefined ? Infinity : ((to - from + 0x8000) & 0xffff) - 0x8000;
}

export type Stamp = {
  readonly participant: number;
  /** Of its clients' group, below `MAX_GROUPS`. */
  readonly group: number;
  readonly kind: MediaKind;
  /** Place of the RTP stream in its source: 0, or the simulcast encoding. */
  readonly encoding: number;
  readonly spatial: number;
  readonly temporal: number;
  readonly keyFrame: boolean;
  /** The sender was silent, or held back, before this packet: what is missing before it was never sent. */
  readonly afterPause: boolean;
  /** Counts the packets of this stream, from 0. */
  readonly counter: number;
  /** Of packets with speech in them. */
  readonly speech: Speech | undefined;
  /** Of the machine's monotonic clock, µs. */
  readonly sentUs: number;
};

/** Writes into the last `STAMP_BYTES` of `payload`. */
export function writeStamp(payload: Buffer, stamp: Stamp): void {
  const at = payload.length - STAMP_BYTES;
  payload.writeUInt16BE(MAGIC, at);
  payload.writeUInt8(
    (stamp.keyFrame ? flag.keyFrame : 0) |
      (stamp.afterPause ? flag.afterPause : 0) |
      (stamp.kind === 'video' ? flag.video : 0) |
      (stamp.group << GROUP_SHIFT),
    at + 2,
  );
  payload.writeUInt8((stamp.encoding << 6) | (stamp.spatial << 3) | stamp.temporal, at + 3);
  payload.writeUInt32BE(stamp.participant, at + 4);
  payload.writeUInt32BE(stamp.counter, at + 8);
  payload.writeUInt16BE(stamp.speech?.frame ?? 0, at + 12);
  payload.writeUInt16BE(Math.min(stamp.speech?.inSpurt ?? 0, 0xffff), at + 14);
  payload.writeDoubleBE(stamp.sentUs, at + 16);
}

/** Corrects the time of a packet that was held back before it really went; RTCP and foreign packets stay as they are. */
export function restamp(packet: Buffer, sentUs: number): void {
  if (readStamp(packet)) packet.writeDoubleBE(sentUs, packet.length - 8);
}

/** Undefined for packets that are not ours, such as bandwidth probes. */
export function readStamp(payload: Buffer): Stamp | undefined {
  const at = payload.length - STAMP_BYTES;
  if (at < 0 || payload.readUInt16BE(at) !== MAGIC) return undefined;
  const flags = payload.readUInt8(at + 2);
  const layer = payload.readUInt8(at + 3);
  const inSpurt = payload.readUInt16BE(at + 14);
  return {
    participant: payload.readUInt32BE(at + 4),
    group: flags >> GROUP_SHIFT,
    kind: flags & flag.video ? 'video' : 'audio',
    encoding: layer >> 6,
    spatial: (layer >> 3) & 7,
    temporal: layer & 7,
    keyFrame: (flags & flag.keyFrame) !== 0,
    afterPause: (flags & flag.afterPause) !== 0,
    counter: payload.readUInt32BE(at + 8),
    speech: inSpurt === 0 ? undefined : { frame: payload.readUInt16BE(at + 12), inSpurt },
    sentUs: payload.readDoubleBE(at + 16),
  };
}
