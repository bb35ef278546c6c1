// What a bridge sees of frames that are encrypted end to end: bytes like any, of which not one may change.
import { createHash, randomBytes } from 'node:crypto';

const DIGEST_BYTES = 32;

const digest = (data: Buffer) => createHash('sha256').update(data).digest();

/** Random, with a digest in the place of a tag. */
export function sealedBody(): Buffer {
  const data = randomBytes(400);
  return Buffer.concat([data, digest(data)]);
}

/** Whether `body` is as it was sent. */
export function isWhole(body: Buffer): boolean {
  return digest(body.subarray(0, -DIGEST_BYTES)).equals(body.subarray(-DIGEST_BYTES));
}
