import { createComponentSession } from './component-session.ts';
import { componentCapabilities } from './entity-capabilities.ts';
import { iqError } from './iq-reply.ts';
import { IqRouter, type IqRoute } from './iq-router.ts';
import { bareJid } from './jid.ts';
import { isOccupantOf } from './occupants.ts';
import type { PubSubNode } from './pubsub-stats.ts';
import { standardRoutes, type Software } from './standard-routes.ts';
import { maxPendingRequests, XmppLink, type XmppEnvironment } from './xmpp-link.ts';

/** The command line of 2018, validated (operations.md §2.2). */
export type ComponentConfig = {
  /** TCP host, used literally. */
  readonly host: string;
  readonly port: number;
  /** The component's own address, `<subdomain>.<domain>`. */
  readonly jid: string;
  /** The XMPP domain it belongs to. */
  readonly domain: string;
  readonly secret: string;
  /** AUTHORIZED_SOURCE_REGEXP, anchored at both ends; undefined: everybody may ask. */
  readonly authorizedSource?: RegExp | undefined;
  /** SHUTDOWN's ALLOWED_SOURCE_REGEXP, anchored; undefined: nobody may. */
  readonly shutdownSource?: RegExp | undefined;
  /** Where statistics are published. */
  readonly pubSub?: PubSubNode;
  /** Rooms to sit in beside being a component. */
  readonly brewery?: { readonly mucJids: readonly string[]; readonly mucNickname: string };
};

export type ComponentOptions = XmppEnvironment & {
  readonly config: ComponentConfig;
  /** Beside the standard ones: Colibri, health check. */
  readonly routes: readonly IqRoute[];
  readonly software: Software;
  readonly presenceIntervalMs: number;
  readonly onShutdownRequest: (kind: 'graceful' | 'forced') => void;
};

/** JVB pings every 10 s and gives up after three answers missing for 5 s each (operations.md §2.2). */
const ping = { idleMs: 10_000, timeoutMs: 25_000 };

/** The bridge as a component of one server (operations.md §2). */
export function createComponent(options: ComponentOptions): XmppLink {
  const { config, routes, software } = options;
  const { jid } = config;
  const log = options.log.child({ xmpp: jid });
  const { mucJids, mucNickname } = config.brewery ?? { mucJids: [], mucNickname: 'jvb' };
  const rooms = new Set(mucJids.map(bareJid));
  const { authorizedSource } = config;
  const capabilities = componentCapabilities;
  const router = new IqRouter({
    routes: [
      ...standardRoutes({
        capabilities,
        clock: options.clock,
        software,
        shutdown: {
          allowedSource: config.shutdownSource,
          request: (kind) => {
            log.info({ kind }, 'a shutdown was asked for over XMPP');
            options.onShutdownRequest(kind);
          },
        },
      }),
      ...routes,
    ],
    mayAsk: (from) =>
      authorizedSource === undefined || authorizedSource.test(from) || isOccupantOf(rooms, from),
    refusal: iqError('auth', 'not-authorized'),
    // JVB's word of 2018 for what it has no reader for (colibri1.md §1.15).
    unknown: iqError('modify', 'bad-request'),
    maxPending: maxPendingRequests,
    log,
  });
  const { host, port, secret } = config;
  const { timers } = options;
  return new XmppLink({
    ...options,
    log,
    router,
    capabilities,
    pinged: config.domain,
    // Room services expect an occupant's address to have a resource.
    address: { own: jid, occupant: `${jid}/${mucNickname}` },
    rooms: [...rooms],
    nickname: mucNickname,
    ping,
    ...(config.pubSub && { pubSub: config.pubSub }),
    createSession: (events) =>
      createComponentSession({ host, port, domain: jid, secret, events, timers, log }),
  });
}
