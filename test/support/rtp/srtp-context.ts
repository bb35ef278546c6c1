// SRTP and SRTCP with AEAD_AES_128_GCM or AEAD_AES_256_GCM (RFC 3711, RFC 7714), one direction, independent of the library under test.
import { createCipheriv, createDecipheriv } from 'node:crypto';

/** Bytes of master key and salt, by suite. */
export const srtpKeyBytes = { AEAD_AES_128_GCM: 28, AEAD_AES_256_GCM: 44 } as const;
export type SrtpSuite = keyof typeof srtpKeyBytes;

const SALT_BYTES = 12;
const TAG_BYTES = 16;
const label = { rtpKey: 0, rtpSalt: 2, rtcpKey: 3, rtcpSalt: 5 };

type SessionKeys = { readonly key: Buffer; readonly salt: Buffer };

export class SrtpContext {
  readonly #rtp: SessionKeys;
  readonly #rtcp: SessionKeys;
  /** Highest packet index by SSRC: rollover counter and sequence number. */
  readonly #highest = new Map<number, number>();
  readonly #received = new Map<number, Set<number>>();
  #rtcpIndex = 0;
  /** Authentic packets whose SSRC and index, so their nonce, had come before. */
  repeated = 0;
  /** Packets that failed authentication. */
  rejected = 0;

  /** @param master key and salt, concatenated */
  constructor(master: Buffer) {
    const keyBytes = master.length - SALT_BYTES;
    this.#rtp = {
      key: derive(master, label.rtpKey, keyBytes),
      salt: derive(master, label.rtpSalt, SALT_BYTES),
    };
    this.#rtcp = {
      key: derive(master, label.rtcpKey, keyBytes),
      salt: derive(master, label.rtcpSalt, SALT_BYTES),
    };
  }

  protectRtp(packet: Buffer): Buffer {
    const header = packet.subarray(0, rtpHeaderBytes(packet));
    const index = this.#indexOf(packet);
    this.#advance(packet.readUInt32BE(8), index);
    const cipher = createCipheriv(gcm(this.#rtp.key), this.#rtp.key, this.#rtpNonce(packet, index));
    cipher.setAAD(header);
    const body = cipher.update(packet.subarray(header.length));
    return Buffer.concat([header, body, cipher.final(), cipher.getAuthTag()]);
  }

  /** The packet in clear, or undefined if it is not authentic. */
  unprotectRtp(packet: Buffer): Buffer | undefined {
    const header = packet.subarray(0, rtpHeaderBytes(packet));
    const index = this.#indexOf(packet);
    const body = decrypt({
      key: this.#rtp.key,
      nonce: this.#rtpNonce(packet, index),
      associated: header,
      body: packet.subarray(header.length),
    });
    if (body === undefined) {
      this.rejected += 1;
      return undefined;
    }
    this.#note(packet.readUInt32BE(8), index);
    return Buffer.concat([header, body]);
  }

  protectRtcp(packet: Buffer): Buffer {
    const trailer = Buffer.alloc(4);
    trailer.writeUInt32BE((0x8000_0000 | this.#rtcpIndex) >>> 0);
    this.#rtcpIndex += 1;
    const cipher = createCipheriv(
      gcm(this.#rtcp.key),
      this.#rtcp.key,
      this.#rtcpNonce(packet, trailer),
    );
    cipher.setAAD(Buffer.concat([packet.subarray(0, 8), trailer]));
    const body = cipher.update(packet.subarray(8));
    return Buffer.concat([
      packet.subarray(0, 8),
      body,
      cipher.final(),
      cipher.getAuthTag(),
      trailer,
    ]);
  }

  unprotectRtcp(packet: Buffer): Buffer | undefined {
    const trailer = packet.subarray(packet.length - 4);
    const header = packet.subarray(0, 8);
    const body = decrypt({
      key: this.#rtcp.key,
      nonce: this.#rtcpNonce(packet, trailer),
      associated: Buffer.concat([header, trailer]),
      body: packet.subarray(8, packet.length - 4),
    });
    if (body === undefined) {
      this.rejected += 1;
      return undefined;
    }
    return Buffer.concat([header, body]);
  }

  /** RFC 3711 §3.3.1: the index nearest to the highest one. */
  #indexOf(packet: Buffer): number {
    const ssrc = packet.readUInt32BE(8);
    const sequenceNumber = packet.readUInt16BE(2);
    const highest = this.#highest.get(ssrc) ?? sequenceNumber;
    const delta = ((sequenceNumber - highest + 0x8000) & 0xffff) - 0x8000;
    return Math.max(highest + delta, 0);
  }

  #advance(ssrc: number, index: number): void {
    this.#highest.set(ssrc, Math.max(this.#highest.get(ssrc) ?? 0, index));
  }

  #note(ssrc: number, index: number): void {
    this.#advance(ssrc, index);
    const received = this.#received.get(ssrc) ?? new Set();
    if (received.has(index)) this.repeated += 1;
    this.#received.set(ssrc, received.add(index));
  }

  #rtpNonce(packet: Buffer, index: number): Buffer {
    const nonce = Buffer.alloc(12);
    packet.copy(nonce, 2, 8, 12);
    nonce.writeUIntBE(index, 6, 6);
    return xor(nonce, this.#rtp.salt);
  }

  #rtcpNonce(packet: Buffer, trailer: Buffer): Buffer {
    const nonce = Buffer.alloc(12);
    packet.copy(nonce, 2, 4, 8);
    nonce.writeUInt32BE(trailer.readUInt32BE() & 0x7fff_ffff, 8);
    return xor(nonce, this.#rtcp.salt);
  }
}

/** RFC 3711 §4.3 with AES-CM and no key derivation rate. */
function derive(master: Buffer, which: number, bytes: number): Buffer {
  const key = master.subarray(0, master.length - SALT_BYTES);
  const iv = Buffer.alloc(16);
  master.copy(iv, 0, key.length);
  iv.writeUInt8(iv.readUInt8(7) ^ which, 7);
  return createCipheriv(`aes-${key.length === 32 ? 256 : 128}-ctr`, key, iv).update(
    Buffer.alloc(bytes),
  );
}

function gcm(key: Buffer): 'aes-256-gcm' | 'aes-128-gcm' {
  return key.length === 32 ? 'aes-256-gcm' : 'aes-128-gcm';
}

function decrypt(keys: {
  readonly key: Buffer;
  readonly nonce: Buffer;
  readonly associated: Buffer;
  /** With the tag at its end. */
  readonly body: Buffer;
}): Buffer | undefined {
  const decipher = createDecipheriv(gcm(keys.key), keys.key, keys.nonce);
  const tagStart = keys.body.length - TAG_BYTES;
  decipher.setAAD(keys.associated);
  decipher.setAuthTag(keys.body.subarray(tagStart));
  const clear = decipher.update(keys.body.subarray(0, tagStart));
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return clear;
}

function rtpHeaderBytes(packet: Buffer): number {
  const fixed = 12 + (packet.readUInt8(0) & 0x0f) * 4;
  const hasExtension = (packet.readUInt8(0) & 0x10) !== 0;
  return hasExtension ? fixed + 4 + packet.readUInt16BE(fixed + 2) * 4 : fixed;
}

function xor(nonce: Buffer, salt: Buffer): Buffer {
  return nonce.map((byte, place) => byte ^ (salt[place] ?? 0)) as Buffer;
}
