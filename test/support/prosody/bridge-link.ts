import type { IqRoute } from '../../../src/io/xmpp/iq-router.ts';
import { createMucClient, type MucClientConfig } from '../../../src/io/xmpp/muc-client.ts';
import type { PresenceStat } from '../../../src/io/xmpp/presence.ts';
import { healthcheckRoute } from '../../../src/io/xmpp/standard-routes.ts';
import type { XmppLink } from '../../../src/io/xmpp/xmpp-link.ts';
import { secureRandom, systemClock, systemTimers } from '../../../src/io/system/clock.ts';
import { CollectedLog } from '../collected-log.ts';
import { until } from '../until.ts';
import type { Prosody } from './prosody.ts';

/** A MUC client as the product makes it, with a bridge of a few lines behind it. */
export type BridgeLink = {
  readonly link: XmppLink;
  readonly log: CollectedLog;
  readonly stats: Map<string, string>;
  /** Set to make the bridge unhealthy. */
  health: string | undefined;
};

export type BridgeLinkOptions = {
  readonly config?: Partial<MucClientConfig>;
  readonly routes?: readonly IqRoute[];
  readonly ca?: string;
  readonly presenceIntervalMs?: number;
  readonly ping?: { readonly idleMs: number; readonly timeoutMs: number };
};

/** What a configuration entry needs to know of a server. */
export type ReachableServer = Pick<Prosody, 'c2sPort' | 'authDomain' | 'brewery'> & {
  /** The authority to trust; undefined = Node's own list. */
  readonly certificate: string | undefined;
};

/** Not started yet. TLS is verified against Prosody's own certificate unless `ca` or `config` say otherwise. */
export function bridgeLink(prosody: ReachableServer, options: BridgeLinkOptions = {}): BridgeLink {
  const stats = new Map([
    ['drain', 'false'],
    ['stress_level', '0.01'],
    ['healthy', 'true'],
  ]);
  const log = new CollectedLog();
  const presenceStats = (): readonly PresenceStat[] =>
    [...stats].map(([name, value]) => ({ name, value }));
  const result: { -readonly [K in keyof BridgeLink]?: BridgeLink[K] } = {
    log,
    stats,
    health: undefined,
  };
  const health = () => result.health;
  result.link = createMucClient({
    id: 'test',
    config: { ...bridgeConfig(prosody), ...options.config },
    routes: [healthcheckRoute(health), ...(options.routes ?? [])],
    software: { name: 'JVB', version: '1.2.3', os: 'Linux' },
    presenceIntervalMs: options.presenceIntervalMs ?? 200,
    ...(options.ping ? { ping: options.ping } : {}),
    ca: options.ca ?? prosody.certificate,
    presenceStats,
    clock: systemClock,
    timers: systemTimers,
    random: secureRandom,
    log,
  });
  return result as BridgeLink;
}

/** The configuration entry of a deployment with this server. */
export function bridgeConfig(prosody: ReachableServer): MucClientConfig {
  return {
    hostname: '127.0.0.1',
    port: prosody.c2sPort,
    domain: prosody.authDomain,
    username: 'jvb',
    password: 'jvb-secret',
    mucJids: [prosody.brewery],
    mucNickname: 'bridge-1',
    disableCertificateVerification: false,
  };
}

/** Waits until the link sits in all its rooms. */
export async function untilJoined({ link }: BridgeLink, timeoutMs?: number): Promise<void> {
  await until(() => {
    const { state, rooms, lastError } = link.status;
    const seat = rooms.find((room) => room.state.type !== 'joined');
    return (
      seat &&
      `${state.type} (${lastError ?? 'no error'}), ${seat.jid} ${JSON.stringify(seat.state)}`
    );
  }, timeoutMs);
}
