import { fileURLToPath } from 'node:url';
import type { Logger } from './base/logger.ts';
import { conferenceConfig } from './bridge/conference-config.ts';
import { DashboardFeed } from './bridge/dashboard/feed.ts';
import { Drain } from './bridge/drain.ts';
import { HttpServers } from './bridge/http-servers.ts';
import { iqRoutes } from './bridge/iq-routes.ts';
import { lastNReduction } from './bridge/last-n-reduction.ts';
import { bridgeControl, bridgeView } from './bridge/operator-access.ts';
import { RequestDelays } from './bridge/request-delays.ts';
import { type BridgeAddresses, mediaOptions } from './bridge/media-options.ts';
import { replaceContents } from './bridge/replace-contents.ts';
import { type ObservedParts, takeSnapshot } from './bridge/snapshot.ts';
import { Vitals } from './bridge/vitals.ts';
import { channelLimitsOf, webSocketUrls } from './bridge/web-sockets.ts';
import { XmppLinks } from './bridge/xmpp-links.ts';
import type { ConferenceConfig } from './conference/conference-config.ts';
import { Conferences } from './conference/conferences.ts';
import type { BridgeConfig } from './config/bridge-config.ts';
import { ColibriWebSocket } from './io/channel/colibri-web-socket.ts';
import type { PrivateApiOptions } from './io/http/private-api.ts';
import { MediasoupPlane } from './io/media/media-plane.ts';
import { systemAuthorities } from './io/system/certificate-authorities.ts';
import { readPageFiles } from './io/system/page-files.ts';
import { secureRandom, systemClock, systemTimers } from './io/system/clock.ts';
import { Lifecycle } from './operation/lifecycle.ts';
import { channelCodec } from './signaling/channel-codec.ts';
import { Colibri1 } from './signaling/colibri1/colibri1.ts';
import { createColibri1Rest } from './signaling/colibri1/colibri1-rest.ts';
import { createColibri2 } from './signaling/colibri2.ts';
import { createColibri2Rest } from './signaling/colibri2-rest.ts';
import { toPresence } from './stats/to-json.ts';

export type BridgeOptions = {
  readonly config: BridgeConfig;
  readonly addresses: BridgeAddresses;
  readonly version: string;
  /** Path of the worker binary. */
  readonly workerBin: string;
  /** What that must say it was built from. */
  readonly workerSeries: string;
  readonly log: Logger;
  /** A shutdown that was asked for is over: the process may exit with 0. */
  readonly onShutDown: () => void;
};

/** Where `npm run build` puts the dashboard, beside this file's compiled form. */
const pageFolder = fileURLToPath(new URL('./dashboard', import.meta.url));

const environment = { clock: systemClock, timers: systemTimers, random: secureRandom };

/**
 * The composition root: builds every part, hands it what it needs, starts them so that whoever can ask is
 * answered, and closes them in reverse.
 */
export class Bridge {
  readonly #options: BridgeOptions;
  readonly #parts: ObservedParts;
  readonly #links: XmppLinks;
  /** Held by every conference: its contents are replaced when the operator changes something while running. */
  readonly #conferenceConfig: ConferenceConfig;
  readonly #colibri1: Colibri1;
  readonly #channels: ColibriWebSocket;
  readonly #delays = new RequestDelays();
  readonly #dashboard: DashboardFeed;
  readonly #closing: (() => void | Promise<void>)[] = [];

  private constructor(options: BridgeOptions, media: MediasoupPlane) {
    const { config, addresses, log } = options;
    this.#options = options;
    this.#conferenceConfig = conferenceConfig(config, options.version);
    const conferences = new Conferences({
      ...environment,
      config: this.#conferenceConfig,
      codec: channelCodec,
      media,
      webSocketUrls: webSocketUrls(config.websockets),
      log,
    });
    const lifecycle = new Lifecycle({
      config: config.shutdown,
      timers: systemTimers,
      localEndpoints: () => conferences.endpointCount,
      onChange: ({ name }) => {
        log.info({ state: name }, 'shutdown state changed');
        conferences.setGracefulShutdown(name !== 'running');
        this.#links.announce();
      },
      onFinished: options.onShutDown,
    });
    const vitals = new Vitals({
      ...environment,
      config,
      media,
      addresses,
      linkOutage: () => this.#links.outage(),
      onHealthChange: ({ fault }) => {
        if (fault === undefined) log.info({}, 'healthy again');
        else log.error({ reason: fault.reason }, 'unhealthy');
        this.#links.announce();
      },
      onStandstill: (ms) =>
        log.warn(
          { ms: Math.round(ms) },
          'this process stood still: it was stopped, or the machine has too little CPU time for it',
        ),
      onSample: lastNReduction({ load: config.load, conferences, clock: systemClock, log }),
    });
    this.#parts = {
      config,
      version: config.version.override ?? options.version,
      clock: systemClock,
      startedWallMs: systemClock.wallMs(),
      media,
      conferences,
      lifecycle,
      vitals,
      drain: new Drain(config.shutdown.initialDrainMode, () => this.#links.announce()),
      links: () => this.#links,
      channels: () => this.#channels.counts,
    };
    this.#colibri1 = this.#createColibri1();
    this.#links = this.#createLinks();
    this.#channels = this.#createChannels();
    this.#dashboard = new DashboardFeed(this.#parts);
  }

  /** @throws MediaStartError, ListenError: one line for the operator; nothing is left running then */
  static async start(options: BridgeOptions): Promise<Bridge> {
    const { config, addresses, log } = options;
    const media = await MediasoupPlane.start(mediaOptions(config, addresses, options), log);
    const bridge = new Bridge(options, media);
    bridge.#closing.push(() => media.close());
    try {
      await bridge.#start();
      return bridge;
    } catch (error) {
      await bridge.close();
      throw error;
    }
  }

  /** Leaves the rooms first, so that the focus moves everybody, then closes what is left in reverse order. */
  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  /** Takes up a configuration of which only live keys may have changed (docs/operations.md); what runs goes on. */
  reconfigure(next: BridgeConfig): void {
    const { config } = this.#parts;
    replaceContents(config, next);
    replaceContents(this.#conferenceConfig, conferenceConfig(config, this.#options.version));
    this.#links.announce();
  }

  async #start(): Promise<void> {
    const { conferences, lifecycle, vitals } = this.#parts;
    const { config } = this.#options;
    vitals.start();
    this.#closing.push(
      () => vitals.close(),
      () => lifecycle.close(),
    );
    conferences.start();
    this.#colibri1.start();
    const watch = systemTimers.every(1000, () => lifecycle.endpointsChanged());
    this.#closing.push(
      () => conferences.closeAll(),
      () => this.#colibri1.close(),
      () => watch.cancel(),
    );
    const servers = await HttpServers.start({
      privateServer: config.http.private,
      publicServer: config.http.public,
      api: this.#api(),
      channels: this.#channels,
    });
    this.#dashboard.start(systemTimers);
    this.#closing.push(
      () => servers.close(),
      () => this.#dashboard.close(),
    );
    this.#links.start();
    this.#closing.push(() => this.#links.stop());
  }

  #createColibri1(): Colibri1 {
    const { conferences, lifecycle } = this.#parts;
    return new Colibri1({
      ...environment,
      execute: (command) => conferences.execute(command),
      liveEndpoints: (id) => conferences.findByMeeting(id)?.endpoints,
      isShuttingDown: () => lifecycle.state.name !== 'running',
      log: this.#options.log,
    });
  }

  #colibri2() {
    const { conferences, config } = this.#parts;
    return createColibri2({
      execute: (command) => conferences.execute(command),
      config: { sctpEnabled: config.sctp.enabled },
      log: this.#options.log,
    });
  }

  #createLinks(): XmppLinks {
    const { config, version, vitals } = this.#parts;
    return new XmppLinks({
      ...environment,
      config: config.xmpp,
      version,
      routes: iqRoutes(
        { colibri1: this.#colibri1, colibri2: this.#colibri2() },
        () => vitals.health.fault?.reason,
      ),
      ca: systemAuthorities(),
      onShutdownRequest: (kind) => this.#shutDownByRequest(kind),
      presenceStats: () => {
        const { presenceStats } = config.xmpp;
        return toPresence(takeSnapshot(this.#parts), presenceStats && new Set(presenceStats));
      },
      onAnswered: (name, delayMs) => this.#delays.record(name, delayMs),
      log: this.#options.log,
    });
  }

  #createChannels(): ColibriWebSocket {
    const { websockets } = this.#parts.config;
    return new ColibriWebSocket({
      ...environment,
      gate: this.#parts.conferences,
      serverId: websockets.serverId,
      compression: websockets.compression,
      limits: channelLimitsOf(websockets),
      log: this.#options.log,
    });
  }

  /** By the rules of 2018: when the last one has left, and without a pause for the focus (operations.md §2.6). */
  #shutDownByRequest(kind: 'graceful' | 'forced'): void {
    const { lifecycle } = this.#parts;
    const terms = { gracefulMinParticipants: 0, shuttingDownDelayMs: 1000 };
    if (kind === 'graceful') lifecycle.requestGraceful(terms);
    else lifecycle.requestForced(terms);
  }

  #api(): PrivateApiOptions {
    const { config, conferences } = this.#parts;
    return {
      switches: config.rest,
      colibri: createColibri2Rest(this.#colibri2(), (meetingId) =>
        conferences.all.some(({ identity }) => identity.meetingId === meetingId),
      ),
      colibri1: createColibri1Rest(this.#colibri1),
      view: bridgeView(this.#parts, this.#delays),
      control: bridgeControl(this.#parts),
      dashboard: {
        files: readPageFiles(pageFolder),
        watch: (watcher) => this.#dashboard.watch(watcher),
      },
    };
  }
}
