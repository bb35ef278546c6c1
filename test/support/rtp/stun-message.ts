// STUN Binding requests as an ICE agent sends them, and what tests read of the responses (RFC 8489, RFC 8445 §7).
import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from './crc32.ts';

const MAGIC_COOKIE = 0x2112a442;
const attribute = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  fingerprint: 0x8028,
  errorCode: 0x0009,
  priority: 0x0024,
  useCandidate: 0x0025,
  iceControlled: 0x8029,
  iceControlling: 0x802a,
};

export type BindingRequest = {
  /** `local:remote` from the receiver's point of view. */
  readonly username: string;
  /** The receiver's. */
  readonly password: string;
  readonly role: 'controlling' | 'controlled';
};

export type BindingResponse = {
  readonly isError: boolean;
  readonly errorCode: number | undefined;
  /** Whether it carries MESSAGE-INTEGRITY made with the password. */
  readonly authentic: boolean;
};

export function isStun(data: Buffer): boolean {
  return data.length >= 20 && data.readUInt32BE(4) === MAGIC_COOKIE;
}

export function buildBindingRequest({ username, password, role }: BindingRequest): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(0x6e00_1eff);
  const isControlling = role === 'controlling';
  const attributes = Buffer.concat([
    encode(attribute.username, Buffer.from(username)),
    encode(attribute.priority, priority),
    encode(isControlling ? attribute.iceControlling : attribute.iceControlled, randomBytes(8)),
    ...(isControlling ? [encode(attribute.useCandidate, Buffer.alloc(0))] : []),
  ]);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(0x0001, 0);
  header.writeUInt32BE(MAGIC_COOKIE, 4);
  randomBytes(12).copy(header, 8);
  return withFingerprint(withIntegrity(Buffer.concat([header, attributes]), password));
}

export function parseBindingResponse(data: Buffer, password: string): BindingResponse {
  let errorCode: number | undefined;
  let authentic = false;
  for (let offset = 20; offset + 4 <= data.length;) {
    const type = data.readUInt16BE(offset);
    const length = data.readUInt16BE(offset + 2);
    const value = data.subarray(offset + 4, offset + 4 + length);
    if (type === attribute.errorCode)
      errorCode = (value.readUInt8(2) & 7) * 100 + value.readUInt8(3);
    if (type === attribute.messageIntegrity)
      authentic = withIntegrity(Buffer.from(data.subarray(0, offset)), password)
        .subarray(offset + 4)
        .equals(value);
    offset += 4 + Math.ceil(length / 4) * 4;
  }
  return { isError: (data.readUInt16BE(0) & 0x0110) === 0x0110, errorCode, authentic };
}

/** Appends MESSAGE-INTEGRITY; the length in the header counts it already (RFC 8489 §14.5). */
function withIntegrity(message: Buffer, password: string): Buffer {
  message.writeUInt16BE(message.length - 20 + 24, 2);
  const digest = createHmac('sha1', password).update(message).digest();
  return Buffer.concat([message, encode(attribute.messageIntegrity, digest)]);
}

/** RFC 8489 §14.7. */
function withFingerprint(message: Buffer): Buffer {
  message.writeUInt16BE(message.length - 20 + 8, 2);
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(message) ^ 0x5354_554e) >>> 0);
  return Buffer.concat([message, encode(attribute.fingerprint, fingerprint)]);
}

function encode(type: number, value: Buffer): Buffer {
  const padded = Math.ceil(value.length / 4) * 4;
  const encoded = Buffer.alloc(4 + padded);
  encoded.writeUInt16BE(type, 0);
  encoded.writeUInt16BE(value.length, 2);
  value.copy(encoded, 4);
  return encoded;
}
