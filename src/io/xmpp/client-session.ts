import { client, xml } from '@xmpp/client';
import { ClientNegotiation, type ClientSecurity } from './client-negotiation.ts';
import type { Credentials } from './scram.ts';
import { XmppSession, type SessionOptions } from './xmpp-session.ts';

export type ClientSessionOptions = SessionOptions & {
  readonly credentials: Credentials;
  /** Part of our address to ask for; undefined = the server chooses. */
  readonly resource: string | undefined;
  readonly security: ClientSecurity;
};

/** A session that logs in as an ordinary user: STARTTLS by policy, SASL, resource binding (RFC 6120). */
export function createClientSession(options: ClientSessionOptions): XmppSession {
  const { domain, credentials, resource, security } = options;
  const entity = client({
    service: 'xmpp://server',
    domain,
    lang: 'en',
    username: credentials.username,
    resource,
  });
  const negotiation = new ClientNegotiation({
    entity,
    domain,
    credentials,
    security,
    onFailure: (reason) => session.fail(reason),
  });
  const session = new XmppSession(entity, options, {
    intercept: (element) => negotiation.intercept(element),
    // An answer nobody waits for: the library only counts it.
    standIn: () => xml('iq', { type: 'result', id: 'counted' }),
  });
  return session;
}
