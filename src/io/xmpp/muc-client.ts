import { createClientSession } from './client-session.ts';
import { clientCapabilities } from './entity-capabilities.ts';
import { iqError } from './iq-reply.ts';
import { IqRouter, type IqRoute } from './iq-router.ts';
import { bareJid } from './jid.ts';
import { isOccupantOf } from './occupants.ts';
import { standardRoutes, type Software } from './standard-routes.ts';
import type { SecurityMode } from './starttls.ts';
import {
  maxPendingRequests,
  XmppLink,
  type XmppEnvironment,
  type XmppLinkOptions,
} from './xmpp-link.ts';

/** One entry of `videobridge.apis.xmpp-client.configs`, validated (operations.md §1.1). */
export type MucClientConfig = {
  /** TCP host, used literally. */
  readonly hostname: string;
  readonly port: number;
  /** XMPP domain of the account, and the name the certificate must carry. */
  readonly domain: string;
  readonly username: string;
  readonly password: string;
  /** Bare room JIDs. */
  readonly mucJids: readonly string[];
  readonly mucNickname: string;
  readonly disableCertificateVerification: boolean;
  /** Undefined: see `defaultSecurityMode`. */
  readonly securityMode?: SecurityMode | undefined;
};

export type MucClientOptions = XmppEnvironment & {
  readonly id: string;
  readonly config: MucClientConfig;
  /** Beside the standard ones: Colibri2, health check. */
  readonly routes: readonly IqRoute[];
  readonly software: Software;
  readonly presenceIntervalMs: number;
  /** PEM text of the system's authorities; undefined = Node's own list. */
  readonly ca?: string | undefined;
  /** Default: asked after 30 s of silence, given up 120 s later, as JVB does. */
  readonly ping?: XmppLinkOptions['ping'];
  /** Senders outside the rooms who may ask too; matched against the whole JID. For a focus of 2018. */
  readonly authorizedSource?: RegExp | undefined;
};

const defaultPing = { idleMs: 30_000, timeoutMs: 120_000 };

/** JVB's rule: TLS is optional only towards this very machine. */
export function defaultSecurityMode(hostname: string): SecurityMode {
  return ['localhost', '127.0.0.1', '::1'].includes(hostname) ? 'ifpossible' : 'required';
}

/** A client of one XMPP server that sits in the brewery rooms there (operations.md §1). */
export function createMucClient(options: MucClientOptions): XmppLink {
  const { config, ca, authorizedSource } = options;
  const capabilities = clientCapabilities;
  const log = options.log.child({ xmpp: options.id });
  const rooms = new Set(config.mucJids.map(bareJid));
  const router = new IqRouter({
    routes: [...standardRoutes({ ...options, capabilities }), ...options.routes],
    mayAsk: (from) => isOccupantOf(rooms, from) || authorizedSource?.test(from) === true,
    refusal: iqError('auth', 'forbidden'),
    maxPending: maxPendingRequests,
    log,
  });
  const security = {
    mode: config.securityMode ?? defaultSecurityMode(config.hostname),
    verifyCertificate: !config.disableCertificateVerification,
    ca,
  };
  const { hostname: host, port, domain, username, password } = config;
  const credentials = { username, password };
  // Always the same address: a session that a killed bridge left behind ends when its successor logs in. While that
  // session waits to be resumed (minutes), a room keeps its seat and hands it the focus's requests.
  let resource: string | undefined = `${config.mucNickname}.${options.id}`;
  const onAddressTaken = () => {
    if (resource !== undefined) {
      log.warn(
        { resource },
        'another session has our address: is MUC_NICKNAME used by two bridges? Going on with another address',
      );
    }
    resource = undefined;
  };
  return new XmppLink({
    ...options,
    log,
    router,
    capabilities,
    pinged: domain,
    rooms: [...rooms],
    nickname: config.mucNickname,
    ping: options.ping ?? defaultPing,
    createSession: (events) =>
      createClientSession({
        host,
        port,
        domain,
        credentials,
        resource,
        security,
        events: { ...events, onAddressTaken },
        timers: options.timers,
        log,
      }),
  });
}
