// A receiver of transport-wide congestion control: notes when packets came and makes feedback of it
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
import { extensionId } from './extension-id.ts';
import type { RtpPacket } from './rtp-packet.ts';

const TICK_US = 250;
const REFERENCE_US = 64_000;
const RTPFB = 205;
const TRANSPORT_CC = 15;

/** libwebrtc knows arrivals for so long: one that comes late is told with those around it (`remote_estimator_proxy.cc`). */
const KEPT_US = 500_000;
/** A step of more is no loss: another sender counts from elsewhere, as after a worker's death. */
const MAX_STEP = 0x2000;

export class TransportCcReceiver {
  readonly #arrivals = new Map<number, number>();
  /** The first packet that the next feedback is about. */
  #next: number | undefined;
  /** The one after the last that came. */
  #end = 0;
  #isNews = false;
  #count = 0;

  /** @param nowUs of any clock that goes on */
  onPacket(packet: RtpPacket, nowUs = Number(process.hrtime.bigint() / 1000n)): void {
    const sequenceNumber = packet.extensions.get(extensionId.transportCc)?.readUInt16BE(0);
    if (sequenceNumber === undefined) return;
    if (this.#next === undefined || Math.abs(stepTo(sequenceNumber, this.#end)) > MAX_STEP) {
      this.#arrivals.clear();
      this.#next = this.#end = sequenceNumber;
    }
    if (stepTo(sequenceNumber, this.#next) < 0) this.#next = sequenceNumber;
    if (stepTo(sequenceNumber, this.#end) >= 0) this.#end = (sequenceNumber + 1) & 0xffff;
    this.#arrivals.set(sequenceNumber, nowUs);
    this.#isNews = true;
  }

  /** Feedback about what came since the last one; undefined if nothing did. Packets missing before the last that came are lost. */
  feedback(sender: number, media: number): Buffer | undefined {
    const base = this.#next;
    if (base === undefined || !this.#isNews) return undefined;
    const statuses = Array.from({ length: stepTo(this.#end, base) }, (_, place) =>
      this.#arrivals.get((base + place) & 0xffff),
    );
    const first = statuses.find((arrival) => arrival !== undefined) ?? 0;
    const packet = this.#encode({ sender, media, base, statuses, first });
    this.#next = this.#end;
    this.#isNews = false;
    this.#forget();
    this.#count = (this.#count + 1) & 0xff;
    return packet;
  }

  #forget(): void {
    const latestUs = Math.max(...this.#arrivals.values());
    for (const [number, atUs] of this.#arrivals) {
      if (atUs < latestUs - KEPT_US) this.#arrivals.delete(number);
    }
  }

  #encode(feedback: {
    readonly sender: number;
    readonly media: number;
    readonly base: number;
    readonly statuses: readonly (number | undefined)[];
    readonly first: number;
  }): Buffer {
    const reference = Math.floor(feedback.first / REFERENCE_US) & 0x7f_ffff;
    let previous = Math.floor(feedback.first / REFERENCE_US) * REFERENCE_US;
    const symbols: number[] = [];
    const deltas: Buffer[] = [];
    for (const arrival of feedback.statuses) {
      if (arrival === undefined) {
        symbols.push(0);
        continue;
      }
      const ticks = Math.round((arrival - previous) / TICK_US);
      previous += ticks * TICK_US;
      const isSmall = ticks >= 0 && ticks <= 255;
      symbols.push(isSmall ? 1 : 2);
      const delta = Buffer.alloc(isSmall ? 1 : 2);
      if (isSmall) delta.writeUInt8(ticks);
      else delta.writeInt16BE(Math.max(-32768, Math.min(32767, ticks)));
      deltas.push(delta);
    }
    const head = Buffer.alloc(8);
    head.writeUInt16BE(feedback.base, 0);
    head.writeUInt16BE(symbols.length, 2);
    head.writeUIntBE(reference, 4, 3);
    head.writeUInt8(this.#count, 7);
    const body = Buffer.concat([head, statusVectors(symbols), ...deltas]);
    const padded = Buffer.concat([body, Buffer.alloc((4 - (body.length % 4)) % 4)]);
    const header = Buffer.alloc(12);
    header[0] = 0x80 | TRANSPORT_CC;
    header[1] = RTPFB;
    header.writeUInt16BE((header.length + padded.length) / 4 - 1, 2);
    header.writeUInt32BE(feedback.sender, 4);
    header.writeUInt32BE(feedback.media, 8);
    return Buffer.concat([header, padded]);
  }
}

/** How far a sequence number is after another one; negative when it is before. */
function stepTo(number: number, from: number): number {
  return ((number - from + 0x8000) & 0xffff) - 0x8000;
}

/** Status vector chunks with seven two-bit symbols each. */
function statusVectors(symbols: readonly number[]): Buffer {
  const chunks = Buffer.alloc(Math.ceil(symbols.length / 7) * 2);
  for (let chunk = 0; chunk * 7 < symbols.length; chunk += 1) {
    let value = 0xc000;
    for (let place = 0; place < 7; place += 1)
      value |= (symbols[chunk * 7 + place] ?? 0) << (12 - place * 2);
    chunks.writeUInt16BE(value, chunk * 2);
  }
  return chunks;
}
