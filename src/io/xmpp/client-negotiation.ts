import { xml } from '@xmpp/client';
import { XmppLinkError } from './failure-reason.ts';
import { upgradeToTls, type SecurityMode } from './starttls.ts';
import type { Authenticate, LibraryElement, XmppEntity } from './xmpp-entity.ts';

export type Credentials = {
  readonly username: string;
  readonly password: string;
};

export type ClientSecurity = {
  readonly mode: SecurityMode;
  readonly verifyCertificate: boolean;
  /** PEM text of the authorities to trust; undefined = Node's own list. */
  readonly ca?: string | undefined;
};

export type ClientNegotiationOptions = {
  readonly entity: XmppEntity;
  readonly domain: string;
  readonly security: ClientSecurity;
  /** The attempt to log in cannot succeed. */
  readonly onFailure: (reason: unknown) => void;
};

const tlsNamespace = 'urn:ietf:params:xml:ns:xmpp-tls';
const streamNamespace = 'http://etherx.jabber.org/streams';

/**
 * What has to happen before the library may log in: TLS by our policy (RFC 6120 §5), and a choice among what
 * the server offers.
 */
export class ClientNegotiation {
  readonly #options: ClientNegotiationOptions;

  constructor(options: ClientNegotiationOptions) {
    this.#options = options;
  }

  /** Looks at every top-level element; true = dealt with, not for the library. */
  intercept(element: LibraryElement): boolean {
    try {
      if (element.is('features', streamNamespace)) return this.#onFeatures(element);
      if (element.attrs['xmlns'] !== tlsNamespace) return false;
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
    // One way to log in is enough: SASL2 with its inline binding stays out of the picture.
    remove(features, child(features, 'authentication'));
    if (entity.isSecure()) return false;
    if (startTls && security.mode !== 'disabled') {
      this.#inBackground(entity.send(xml('starttls', { xmlns: tlsNamespace })));
      return true;
    }
    remove(features, startTls);
    if (security.mode === 'required') {
      throw new XmppLinkError('the server offers no TLS, and SECURITY_MODE requires it');
    }
    if (startTls && !child(features, 'mechanisms')) {
      throw new XmppLinkError('the server requires TLS, and SECURITY_MODE is disabled');
    }
    return false;
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

/**
 * Logs in with the strongest mechanism both sides know. Without TLS a password goes out in the clear only where
 * the operator has switched TLS off.
 */
export async function logIn(
  credentials: Credentials,
  clearTextAllowed: boolean,
  { authenticate, offered }: { authenticate: Authenticate; offered: readonly string[] },
): Promise<void> {
  const ours = ['SCRAM-SHA-1', ...(clearTextAllowed ? ['PLAIN'] : [])];
  const mechanism = ours.find((name) => offered.includes(name));
  if (!mechanism) {
    throw new XmppLinkError(
      `login refused: no SASL mechanism we may use here (the server has ${offered.join(', ')})`,
    );
  }
  await authenticate(credentials, mechanism);
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
