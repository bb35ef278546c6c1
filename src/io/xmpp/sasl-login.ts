import { xml } from '@xmpp/client';
import type { XmlElement } from '../../base/xml-element.ts';
import { describeLoginRefusal, XmppLinkError } from './failure-reason.ts';
import { ScramExchange, type Credentials, type ScramHash } from './scram.ts';
import { textOf } from './xml.ts';
import type { LibraryElement } from './xmpp-entity.ts';

export const saslNamespace = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** Strongest first. */
const scramMechanisms: readonly (readonly [name: string, hash: ScramHash])[] = [
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-1', 'sha1'],
];

/** One SASL login on a stream (RFC 6120 §6). */
export class SaslLogin {
  readonly #credentials: Credentials;
  readonly #clearTextAllowed: boolean;
  #scram: ScramExchange | undefined;

  /** @param clearTextAllowed whether PLAIN may be used: inside TLS, or where the operator has switched TLS off */
  constructor(credentials: Credentials, clearTextAllowed: boolean) {
    this.#credentials = credentials;
    this.#clearTextAllowed = clearTextAllowed;
  }

  /** The first message. @throws XmppLinkError when none of the mechanisms may be used */
  begin(offered: readonly string[]): LibraryElement {
    const best = scramMechanisms.find(([name]) => offered.includes(name));
    if (best) {
      const [mechanism, hash] = best;
      this.#scram = new ScramExchange(hash, this.#credentials);
      return auth(mechanism, this.#scram.clientFirst());
    }
    if (offered.includes('PLAIN') && this.#clearTextAllowed) {
      const { username, password } = this.#credentials;
      return auth('PLAIN', `\0${username}\0${password}`);
    }
    throw new XmppLinkError(
      `login refused: no SASL mechanism we may use here (the server has ${offered.join(', ')})`,
    );
  }

  /** What to send next; undefined = logged in. @throws XmppLinkError when the login failed */
  async next(received: XmlElement): Promise<LibraryElement | undefined> {
    switch (received.name) {
      case 'challenge': {
        if (!this.#scram)
          throw new XmppLinkError('login failed: the server asks a question too many');
        const answer = await this.#scram.clientFinal(base64Decode(textOf(received)));
        return xml('response', { xmlns: saslNamespace }, base64Encode(answer));
      }
      case 'success': {
        if (this.#scram && !this.#scram.verify(base64Decode(textOf(received)))) {
          throw new XmppLinkError('login failed: the server does not know the password itself');
        }
        return undefined;
      }
      default:
        throw new XmppLinkError(describeLoginRefusal(received));
    }
  }
}

function auth(mechanism: string, message: string): LibraryElement {
  return xml('auth', { xmlns: saslNamespace, mechanism }, base64Encode(message));
}

function base64Encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function base64Decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
