import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** Content types of records (RFC 6347 §4.1). */
export const recordType = {
  changeCipherSpec: 20,
  alert: 21,
  handshake: 22,
  applicationData: 23,
} as const;

const EPOCH = 1;
const VERSION = 0xfefd;
/** Of a handshake message: headers of record and message, the version. */
const RANDOM_AT = 13 + 12 + 2;
const RANDOM_BYTES = 32;
const KEY_BYTES = 16;
const SALT_BYTES = 4;
const HEADER_BYTES = 13;
const NONCE_BYTES = 8;
const TAG_BYTES = 16;

/** The random of a ClientHello (1) or ServerHello (2) among these datagrams. */
export function helloRandom(datagrams: readonly Buffer[], type: 1 | 2): Buffer | undefined {
  return datagrams
    .findLast((datagram) => datagram[0] === recordType.handshake && datagram[13] === type)
    ?.subarray(RANDOM_AT, RANDOM_AT + RANDOM_BYTES);
}

export type Secrets = {
  readonly master: Buffer;
  readonly clientRandom: Buffer;
  readonly serverRandom: Buffer;
};

/** Authentic records of a DTLS client with AES-128-GCM and SHA-256 (RFC 5288), which only who knows the secrets can make. */
export class DtlsClientRecords {
  readonly #key: Buffer;
  readonly #salt: Buffer;

  constructor({ master, clientRandom, serverRandom }: Secrets) {
    const seed = Buffer.concat([Buffer.from('key expansion'), serverRandom, clientRandom]);
    const keys = expand(master, seed, 2 * (KEY_BYTES + SALT_BYTES));
    this.#key = keys.subarray(0, KEY_BYTES);
    this.#salt = keys.subarray(2 * KEY_BYTES, 2 * KEY_BYTES + SALT_BYTES);
  }

  make(type: number, data: Buffer, sequence: number): Buffer {
    const header = Buffer.alloc(13);
    header.writeUInt8(type, 0);
    header.writeUInt16BE(VERSION, 1);
    header.writeUInt16BE(EPOCH, 3);
    header.writeUIntBE(sequence, 5, 6);
    header.writeUInt16BE(data.length, 11);
    const nonce = Buffer.concat([Buffer.from('test'), header.subarray(7, 11)]);
    const cipher = createCipheriv('aes-128-gcm', this.#key, Buffer.concat([this.#salt, nonce]));
    cipher.setAAD(
      Buffer.concat([header.subarray(3, 11), header.subarray(0, 3), header.subarray(11)]),
    );
    const body = Buffer.concat([nonce, cipher.update(data), cipher.final(), cipher.getAuthTag()]);
    header.writeUInt16BE(body.length, 11);
    return Buffer.concat([header, body]);
  }

  /** What is in a record of the client's. */
  read(record: Buffer): Buffer {
    const body = record.subarray(HEADER_BYTES, HEADER_BYTES + record.readUInt16BE(11));
    const nonce = Buffer.concat([this.#salt, body.subarray(0, NONCE_BYTES)]);
    const text = body.subarray(NONCE_BYTES, -TAG_BYTES);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(text.length);
    const decipher = createDecipheriv('aes-128-gcm', this.#key, nonce);
    decipher.setAAD(Buffer.concat([record.subarray(3, 11), record.subarray(0, 3), length]));
    decipher.setAuthTag(body.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(text), decipher.final()]);
  }
}

/** P_SHA256 (RFC 5246 §5). */
function expand(secret: Buffer, seed: Buffer, length: number): Buffer {
  const mac = (data: Buffer) => createHmac('sha256', secret).update(data).digest();
  let out = Buffer.alloc(0);
  for (let a = mac(seed); out.length < length; a = mac(a))
    out = Buffer.concat([out, mac(Buffer.concat([a, seed]))]);
  return out.subarray(0, length);
}
