// A DTLS 1.2 ClientHello that offers SRTP profiles, and what the ServerHello chose (RFC 6347 §4.2, RFC 5764 §4.1).
import { randomBytes } from 'node:crypto';

export const srtpProfile = {
  aesCm128Sha1_80: 0x0001,
  aesCm128Sha1_32: 0x0002,
  aeadAes128Gcm: 0x0007,
  aeadAes256Gcm: 0x0008,
} as const;

const DTLS_1_2 = 0xfefd;
const HANDSHAKE = 22;
const SERVER_HELLO = 2;
const USE_SRTP = 14;

/** ECDHE with ECDSA or RSA and AES-128-GCM or AES-CBC: what browsers offer, in short. */
const cipherSuites = [0xc02b, 0xc02f, 0xc009, 0xc013];

const extensions: readonly (readonly [type: number, value: Buffer])[] = [
  [10, words([4, 0x001d, 0x0017])], // groups: x25519, secp256r1
  [11, Buffer.from([1, 0])], // uncompressed points
  [13, words([8, 0x0403, 0x0804, 0x0401, 0x0203])], // signatures: ECDSA, RSA-PSS, RSA, ECDSA with SHA-1
  [23, Buffer.alloc(0)], // extended master secret
];

/** @param profiles in the client's order of preference */
export function buildClientHello(profiles: readonly number[]): Buffer {
  const srtp = Buffer.concat([words([profiles.length * 2, ...profiles]), Buffer.from([0])]);
  const encoded = [...extensions, [USE_SRTP, srtp] as const].map(([type, value]) =>
    Buffer.concat([words([type, value.length]), value]),
  );
  const extensionBytes = Buffer.concat(encoded);
  const body = Buffer.concat([
    words([DTLS_1_2]),
    randomBytes(32),
    Buffer.from([0, 0]), // no session, no cookie
    words([cipherSuites.length * 2, ...cipherSuites]),
    Buffer.from([1, 0]), // no compression
    words([extensionBytes.length]),
    extensionBytes,
  ]);
  const handshake = Buffer.concat([
    Buffer.from([1]),
    uint24(body.length),
    words([0]), // message sequence
    uint24(0), // fragment offset
    uint24(body.length),
    body,
  ]);
  const record = Buffer.concat([
    Buffer.from([HANDSHAKE]),
    words([DTLS_1_2]),
    Buffer.alloc(8), // epoch and sequence number
    words([handshake.length]),
  ]);
  return Buffer.concat([record, handshake]);
}

/** The SRTP profile in a ServerHello, or undefined if the record is another message or chose none. */
export function chosenSrtpProfile(record: Buffer): number | undefined {
  if (record[0] !== HANDSHAKE || record[13] !== SERVER_HELLO) return undefined;
  const body = record.subarray(25);
  let offset = 2 + 32; // version, random
  offset += 1 + body.readUInt8(offset); // session
  offset += 2 + 1; // cipher suite, compression
  const end = offset + 2 + body.readUInt16BE(offset);
  for (offset += 2; offset + 4 <= end;) {
    const type = body.readUInt16BE(offset);
    const length = body.readUInt16BE(offset + 2);
    if (type === USE_SRTP) return body.readUInt16BE(offset + 6);
    offset += 4 + length;
  }
  return undefined;
}

function words(values: readonly number[]): Buffer {
  const encoded = Buffer.alloc(values.length * 2);
  values.forEach((value, place) => encoded.writeUInt16BE(value, place * 2));
  return encoded;
}

function uint24(value: number): Buffer {
  const encoded = Buffer.alloc(3);
  encoded.writeUIntBE(value, 0, 3);
  return encoded;
}
