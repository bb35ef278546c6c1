import { xml } from '@xmpp/client';
import { XmppLinkError } from './failure-reason.ts';
import { saslNamespace, SaslLogin } from './sasl-login.ts';
import type { Credentials } from './scram.ts';
import { upgradeToTls, type SecurityMode } from './starttls.ts';
import { childElements, textOf } from './xml.ts';
import type { LibraryElement, XmppEntity } from './xmpp-entity.ts';

export type ClientSecurity = {
  readonly mode: SecurityMode;
  readonly verifyCertificate: boolean;
  /** PEM text of the authorities to trust; undefined = Node's own list. */
  readonly ca?: string | undefined;
};

export type ClientNegotiationOptions = {
  readonly entity: XmppEntity;
  readonly domain: string;
  readonly credentials: Credentials;
  readonly security: ClientSecurity;
  /** The attempt to log in cannot succeed. */
  readonly onFailure: (reason: unknown) => void;
};

const tlsNamespace = 'urn:ietf:params:xml:ns:xmpp-tls';
const streamNamespace = 'http://etherx.jabber.org/streams';

/**
 * What has to happen before the library binds a resource: TLS by our policy and login (RFC 6120 §5, §6). The
 * library's own steps know no CA bundle, and log in at the cost of seconds of processor time.
 */
export class ClientNegotiation {
  readonly #options: ClientNegotiationOptions;
  #login: SaslLogin | undefined;

  constructor(options: ClientNegotiationOptions) {
    this.#options = options;
  }

  /** Looks at every top-level element; true = dealt with, not for the library. */
  intercept(element: LibraryElement): boolean {
    try {
      if (element.is('features', streamNamespace)) return this.#onFeatures(element);
      const namespace = element.attrs['xmlns'];
      if (namespace === saslNamespace && this.#login) {
        this.#inBackground(this.#continueLogin(this.#login, element));
        return true;
      }
      if (namespace !== tlsNamespace) return false;
      if (element.name !== 'proceed') throw new XmppLinkError('the server failed to start TLS');
      this.#inBackground(this.#startTls());
    } catch (error) {
      this.#options.onFailure(error);
    }
    return true;
  }

  #onFeatures(features: LibraryElement): boolean {
    const { entity, security } = this.#options;
    const startTls = child(features, 'starttls');
    const mechanisms = child(features, 'mechanisms');
    if (!entity.isSecure()) {
      if (startTls && security.mode !== 'disabled') {
        this.#inBackground(entity.send(xml('starttls', { xmlns: tlsNamespace })));
        return true;
      }
      if (security.mode === 'required') {
        throw new XmppLinkError('the server offers no TLS, and SECURITY_MODE requires it');
      }
      if (startTls && !mechanisms) {
        throw new XmppLinkError('the server requires TLS, and SECURITY_MODE is disabled');
      }
    }
    if (!mechanisms) return false; // logged in: binding and stream management are the library's
    this.#beginLogin(childElements(mechanisms).map(textOf));
    return true;
  }

  #beginLogin(offered: readonly string[]): void {
    const { entity, credentials, security } = this.#options;
    this.#login = new SaslLogin(credentials, entity.isSecure() || security.mode === 'disabled');
    this.#inBackground(entity.send(this.#login.begin(offered)));
  }

  async #continueLogin(login: SaslLogin, received: LibraryElement): Promise<void> {
    const { entity } = this.#options;
    const answer = await login.next(received);
    if (answer) {
      await entity.send(answer);
      return;
    }
    this.#login = undefined;
    await entity.restart();
  }

  async #startTls(): Promise<void> {
    const { entity, domain, security } = this.#options;
    const { socket } = entity;
    if (!socket) return;
    entity._detachSocket();
    const { verifyCertificate: verify, ca } = security;
    const secured = await upgradeToTls(socket, { domain, verify, ca });
    entity._attachSocket(Object.assign(secured, { secure: true }));
    await entity.restart();
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#options.onFailure(error));
  }
}

function child(features: LibraryElement, name: string): LibraryElement | undefined {
  return features.children.find(
    (candidate): candidate is LibraryElement =>
      typeof candidate !== 'string' && candidate.name === name,
  );
}
