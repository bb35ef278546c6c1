import type { BridgeConfig } from '../config/bridge-config.ts';
import type { XmppClientConfig } from '../config/xmpp-config.ts';
import { runInBackground } from '../base/run-in-background.ts';
import { createComponent } from '../io/xmpp/component.ts';
import type { IqRoute } from '../io/xmpp/iq-router.ts';
import { createMucClient } from '../io/xmpp/muc-client.ts';
import type { XmppEnvironment, XmppLink, XmppLinkStatus } from '../io/xmpp/xmpp-link.ts';
import type { XmppFigures } from '../stats/bridge-snapshot.ts';

export type XmppLinksOptions = XmppEnvironment & {
  readonly config: BridgeConfig['xmpp'];
  readonly version: string;
  readonly routes: readonly IqRoute[];
  /** The authorities the operating system trusts, PEM. */
  readonly ca: string | undefined;
  /** Somebody who may do so asked over XMPP. */
  readonly onShutdownRequest: (kind: 'graceful' | 'forced') => void;
};

type Client = { readonly config: XmppClientConfig; readonly link: XmppLink };

/** Links that were added and taken away again must not pile up. */
const maxClients = 100;

/** Every connection to an XMPP server; one that is down does not disturb the others. */
export class XmppLinks {
  readonly #options: XmppLinksOptions;
  readonly #clients = new Map<string, Client>();
  readonly #component: XmppLink | undefined;
  #running = false;
  /** Of links that were taken away. */
  #pastDisconnects = 0;
  #lastOnlineMs: number;

  constructor(options: XmppLinksOptions) {
    this.#options = options;
    this.#lastOnlineMs = options.clock.nowMs();
    const { config } = options;
    for (const client of config.clients) this.#put(client);
    this.#component =
      config.component &&
      createComponent({
        ...this.#shared(),
        config: { ...config.component, secret: config.component.secret.reveal() },
      });
  }

  start(): void {
    this.#running = true;
    for (const link of this.#links) link.start();
  }

  /** Presence is sent now instead of at the next interval: the focus should know at once. */
  announce(): void {
    for (const link of this.#links) link.publishStats();
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#links.map((link) => link.stop()));
  }

  /** Ids of the logins, in the order in which they came. */
  list(): readonly string[] {
    return [...this.#clients.keys()];
  }

  /**
   * Adds a login while running. The same one again changes nothing; one with the same id and another server or
   * account takes the former's place (operations.md §4.5).
   * @returns what is wrong, if it is not taken
   */
  add(config: XmppClientConfig): string | undefined {
    const former = this.#clients.get(config.id);
    if (former && isSameLogin(former.config, config)) return undefined;
    if (!former && this.#clients.size >= maxClients) {
      return `there are ${maxClients} logins already, the most there can be`;
    }
    if (former) this.remove(config.id);
    this.#options.log.info({ xmpp: config.id, hostname: config.hostname }, 'XMPP login added');
    const link = this.#put(config);
    if (this.#running) link.start();
    return undefined;
  }

  /** Leaves its rooms and closes it. @returns false if there is none of that id */
  remove(id: string): boolean {
    const client = this.#clients.get(id);
    if (!client) return false;
    const { log } = this.#options;
    this.#clients.delete(id);
    this.#pastDisconnects += client.link.status.disconnects;
    log.info({ xmpp: id }, 'XMPP login removed');
    runInBackground(() => client.link.stop(), log);
    return true;
  }

  figures(): XmppFigures {
    const links = this.describe().map(({ id, state, rooms }) => ({
      id,
      online: state.type === 'online',
      rooms: rooms.map((room) => ({ jid: room.jid, joined: room.state.type === 'joined' })),
    }));
    const rooms = links.flatMap((link) => link.rooms);
    return {
      clientsConfigured: links.length,
      clientsConnected: links.filter(({ online }) => online).length,
      roomsConfigured: rooms.length,
      roomsJoined: rooms.filter(({ joined }) => joined).length,
      disconnects: this.#links.reduce(
        (sum, { status }) => sum + status.disconnects,
        this.#pastDisconnects,
      ),
      links,
    };
  }

  /** How long no link has been online, and why not; nothing where there are no links. To be asked every second. */
  outage(): { readonly ms: number; readonly reason: string } {
    const links = this.describe();
    const nowMs = this.#options.clock.nowMs();
    if (links.length === 0 || links.some(({ state }) => state.type === 'online')) {
      this.#lastOnlineMs = nowMs;
      return { ms: 0, reason: '' };
    }
    const reasons = links.map(({ id, lastError }) => `${id}: ${lastError ?? 'connecting'}`);
    return { ms: nowMs - this.#lastOnlineMs, reason: reasons.join('; ') };
  }

  /** For `/debug` and the dashboard: where each link stands and why. */
  describe(): readonly ({ readonly id: string } & XmppLinkStatus)[] {
    const clients = [...this.#clients].map(([id, { link }]) => ({ id, ...link.status }));
    const component = this.#component && { id: 'component', ...this.#component.status };
    return component ? [...clients, component] : clients;
  }

  get #links(): readonly XmppLink[] {
    const clients = [...this.#clients.values()].map(({ link }) => link);
    return this.#component ? [...clients, this.#component] : clients;
  }

  #put(config: XmppClientConfig): XmppLink {
    const { id, password, ...client } = config;
    const link = createMucClient({
      ...this.#shared(),
      id,
      config: { ...client, password: password.reveal() },
      authorizedSource: this.#options.config.component?.authorizedSource,
    });
    this.#clients.set(id, { config, link });
    return link;
  }

  #shared() {
    const { config, version } = this.#options;
    return {
      ...this.#options,
      software: { name: 'JVB', version, os: 'Linux' },
      presenceIntervalMs: config.presenceIntervalMs,
    };
  }
}

/** What JVB compares; other differences it ignores. Here the rest counts as well, or a new password would be lost. */
function isSameLogin(a: XmppClientConfig, b: XmppClientConfig): boolean {
  return (
    a.hostname === b.hostname &&
    a.port === b.port &&
    a.domain === b.domain &&
    a.username === b.username &&
    a.password.reveal() === b.password.reveal() &&
    a.mucNickname === b.mucNickname &&
    a.mucJids.join() === b.mucJids.join() &&
    a.disableCertificateVerification === b.disableCertificateVerification &&
    a.securityMode === b.securityMode
  );
}
