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
  #askedForTls = false;
  #loggedIn = false;

  constructor(options: ClientNegotiationOptions) {
    this.#options = options;
    options.entity.on('connect', () => {
      this.#login = undefined;
      this.#askedForTls = false;
      this.#loggedIn = false;
    });
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
      if (namespace !== tlsNamespace || !this.#askedForTls) return false;
      this.#askedForTls = false;
      if (element.name !== 'proceed') throw new XmppLinkError('the server failed to start TLS');
      this.#inBackground(this.#startTls());
    } catch (error) {
      this.#options.onFailure(error);
    }
    return true;
  }

  #onFeatures(features: LibraryElement): boolean {
    if (this.#loggedIn) {
      // Binding and stream management are the library's; TLS and inline binding it must not see.
      for (const name of ['starttls', 'authentication']) remove(features, child(features, name));
      return false;
    }
    const mechanisms = child(features, 'mechanisms');
    if (!this.#options.entity.isSecure() && this.#wantsTls(features)) {
      this.#askedForTls = true;
      this.#inBackground(this.#options.entity.send(xml('starttls', { xmlns: tlsNamespace })));
    } else if (mechanisms) {
      this.#beginLogin(childElements(mechanisms).map(textOf));
    } else {
      throw new XmppLinkError('the server offers no way to log in: does it require TLS?');
    }
    return true;
  }

  /** @throws XmppLinkError when what the server offers and what we require do not go together */
  #wantsTls(features: LibraryElement): boolean {
    const { mode } = this.#options.security;
    const offered = child(features, 'starttls') !== undefined;
    if (!offered && mode === 'required') {
      throw new XmppLinkError('the server offers no TLS, and SECURITY_MODE requires it');
    }
    if (offered && mode === 'disabled' && !child(features, 'mechanisms')) {
      throw new XmppLinkError('the server requires TLS, and SECURITY_MODE is disabled');
    }
    return offered && mode !== 'disabled';
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
    this.#loggedIn = true;
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

function remove(features: LibraryElement, feature: LibraryElement | undefined): void {
  if (feature) features.remove(feature);
}
