import type { BridgeConfig } from '../config/bridge-config.ts';
import { createComponent } from '../io/xmpp/component.ts';
import type { IqRoute } from '../io/xmpp/iq-router.ts';
import { createMucClient } from '../io/xmpp/muc-client.ts';
import type { XmppEnvironment, XmppLink } from '../io/xmpp/xmpp-link.ts';
import type { XmppFigures } from '../stats/bridge-snapshot.ts';

export type XmppLinksOptions = XmppEnvironment & {
  readonly config: BridgeConfig['xmpp'];
  readonly version: string;
  readonly routes: readonly IqRoute[];
  /** The authorities the operating system trusts, PEM. */
  readonly ca: string | undefined;
};

/** Every connection to an XMPP server that is configured; one that is down does not disturb the others. */
export class XmppLinks {
  readonly #links: readonly XmppLink[];

  constructor(options: XmppLinksOptions) {
    const { config, version, ca } = options;
    const shared = {
      ...options,
      ca,
      software: { name: 'JVB', version, os: 'Linux' },
      presenceIntervalMs: config.presenceIntervalMs,
    };
    const clients = config.clients.map(({ id, password, ...client }) =>
      createMucClient({
        ...shared,
        id,
        config: { ...client, password: password.reveal() },
        authorizedSource: config.component?.authorizedSource,
      }),
    );
    const { component } = config;
    this.#links = component
      ? [
          ...clients,
          createComponent({
            ...shared,
            config: { ...component, secret: component.secret.reveal() },
          }),
        ]
      : clients;
  }

  start(): void {
    for (const link of this.#links) link.start();
  }

  /** Presence is sent now instead of at the next interval: the focus should know at once. */
  announce(): void {
    for (const link of this.#links) link.publishStats();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.stop()));
  }

  figures(): XmppFigures {
    const statuses = this.#links.map(({ status }) => status);
    const rooms = statuses.flatMap((status) => status.rooms);
    return {
      clientsConfigured: statuses.length,
      clientsConnected: statuses.filter(({ state }) => state.type === 'online').length,
      roomsConfigured: rooms.length,
      roomsJoined: rooms.filter(({ state }) => state.type === 'joined').length,
      disconnects: statuses.reduce((sum, { disconnects }) => sum + disconnects, 0),
    };
  }

  /** For `/debug`: where each link stands and why. */
  describe() {
    return this.#links.map(({ status }) => status);
  }
}
