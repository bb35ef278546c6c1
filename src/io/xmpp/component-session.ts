import { component } from '@xmpp/component';
import { XmppSession, type SessionOptions } from './xmpp-session.ts';

export type ComponentSessionOptions = SessionOptions & {
  readonly secret: string;
};

/** A session that authenticates as a component with the hash of a shared secret; plain TCP (XEP-0114). */
export function createComponentSession(options: ComponentSessionOptions): XmppSession {
  const { domain, secret: password } = options;
  return new XmppSession(component({ service: 'xmpp://server', domain, password }), options);
}
