import { err, ok, type Result } from '../../base/result.ts';
import { createComponentSession } from './component-session.ts';
import { componentCapabilities } from './entity-capabilities.ts';
import { iqError } from './iq-reply.ts';
import { IqRouter, type IqRoute } from './iq-router.ts';
import { bareJid } from './jid.ts';
import { isOccupantOf } from './occupants.ts';
import { standardRoutes, type Software } from './standard-routes.ts';
import { maxPendingRequests, XmppLink, type XmppEnvironment } from './xmpp-link.ts';

/** The command line of 2018, validated (operations.md §2.2). */
export type ComponentConfig = {
  /** TCP host, used literally. */
  readonly hostname: string;
  readonly port: number;
  /** The XMPP domain the component belongs to. */
  readonly domain: string;
  /** The component's address is `<subdomain>.<domain>`. */
  readonly subdomain: string;
  readonly secret: string;
  /** Undefined: everybody may ask. See `compileAuthorizedSource`. */
  readonly authorizedSource?: RegExp | undefined;
  /** Rooms to sit in beside being a component; often none. */
  readonly mucJids: readonly string[];
  readonly mucNickname: string;
};

export type ComponentOptions = XmppEnvironment & {
  readonly config: ComponentConfig;
  /** Beside the standard ones: Colibri, health check. */
  readonly routes: readonly IqRoute[];
  readonly software: Software;
  readonly presenceIntervalMs: number;
};

/** JVB pings every 10 s and gives up after three answers missing for 5 s each (operations.md §2.2). */
const ping = { idleMs: 10_000, timeoutMs: 25_000 };

/** The bridge as a component of one server (operations.md §2). */
export function createComponent(options: ComponentOptions): XmppLink {
  const { config, routes, software } = options;
  const jid = `${config.subdomain}.${config.domain}`;
  const log = options.log.child({ xmpp: jid });
  const rooms = new Set(config.mucJids.map(bareJid));
  const { authorizedSource } = config;
  if (!authorizedSource)
    log.warn({}, 'AUTHORIZED_SOURCE_REGEXP is not set: everybody may use this bridge');
  const capabilities = componentCapabilities;
  const router = new IqRouter({
    routes: [...standardRoutes({ capabilities, clock: options.clock, software }), ...routes],
    mayAsk: (from) =>
      authorizedSource === undefined || authorizedSource.test(from) || isOccupantOf(rooms, from),
    refusal: iqError('cancel', 'not-authorized'),
    maxPending: maxPendingRequests,
    log,
  });
  const { hostname: host, port, secret, domain: serverDomain } = config;
  const { timers } = options;
  return new XmppLink({
    ...options,
    log,
    router,
    capabilities,
    pinged: serverDomain,
    // Room services expect an occupant's address to have a resource.
    address: { own: jid, occupant: `${jid}/${config.mucNickname}` },
    rooms: [...rooms],
    nickname: config.mucNickname,
    ping,
    createSession: (events) =>
      createComponentSession({ host, port, domain: jid, secret, events, timers, log }),
  });
}

/**
 * `AUTHORIZED_SOURCE_REGEXP` as Java means it: the whole address has to match. The error says what is wrong
 * with the expression.
 */
export function compileAuthorizedSource(pattern: string): Result<RegExp, string> {
  try {
    return ok(new RegExp(`^(?:${pattern})$`, 'u'));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
