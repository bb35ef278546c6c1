import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { XmppLinkError } from './failure-reason.ts';

export type Credentials = {
  readonly username: string;
  readonly password: string;
};

export type ScramHash = 'sha1' | 'sha256';

/** More would let a server keep our processor busy for long; Prosody asks for 10,000. */
const maxIterations = 1_000_000;
const stretch = promisify(pbkdf2);

/**
 * One login by SCRAM without channel binding (RFC 5802, RFC 7677). The library's own takes two seconds of
 * processor time for Prosody's 10,000 iterations, never asks how many there are, and does not look at the
 * server's proof.
 */
export class ScramExchange {
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #clientFirstBare: string;
  readonly #nonce: string;
  #serverSignature: Buffer | undefined;

  /** @param nonce printable and without a comma; only tests give it */
  constructor(
    hash: ScramHash,
    credentials: Credentials,
    nonce = randomBytes(18).toString('base64'),
  ) {
    this.#hash = hash;
    this.#password = credentials.password.normalize('NFKC');
    this.#nonce = nonce;
    const name = credentials.username.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#clientFirstBare = `n=${name},r=${nonce}`;
  }

  clientFirst(): string {
    return `n,,${this.#clientFirstBare}`;
  }

  /** @throws XmppLinkError when the challenge is not what RFC 5802 allows */
  async clientFinal(serverFirst: string): Promise<string> {
    const fields = parseFields(serverFirst);
    const nonce = fields.get('r') ?? '';
    const salt = Buffer.from(fields.get('s') ?? '', 'base64');
    const iterations = Number(fields.get('i'));
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce || salt.length === 0) {
      throw new XmppLinkError('login failed: the server breaks the rules of SCRAM');
    }
    if (!Number.isInteger(iterations) || iterations < 1 || iterations > maxIterations) {
      throw new XmppLinkError(`login failed: the server wants ${iterations} iterations of SCRAM`);
    }
    const withoutProof = `c=biws,r=${nonce}`;
    const message = `${this.#clientFirstBare},${serverFirst},${withoutProof}`;
    const salted = await stretch(this.#password, salt, iterations, this.#size, this.#hash);
    const clientKey = this.#hmac(salted, 'Client Key');
    const storedKey = createHash(this.#hash).update(clientKey).digest();
    const signature = this.#hmac(storedKey, message);
    const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), message);
    return `${withoutProof},p=${Buffer.from(proof).toString('base64')}`;
  }

  /** Whether the server's last word proves that it knows the password. */
  verify(serverFinal: string): boolean {
    const expected = this.#serverSignature;
    const given = Buffer.from(parseFields(serverFinal).get('v') ?? '', 'base64');
    if (expected?.length !== given.length) return false;
    return timingSafeEqual(expected, given);
  }

  get #size(): number {
    return this.#hash === 'sha1' ? 20 : 32;
  }

  #hmac(key: Buffer, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest();
  }
}

/** `a=x,b=y`: values may contain `=`. */
function parseFields(message: string): ReadonlyMap<string, string> {
  return new Map(message.split(',').map((field) => [field.slice(0, 1), field.slice(2)]));
}
