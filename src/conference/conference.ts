import type { Clock, Timers } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Random } from '../base/random.ts';
import type { UndoStack } from '../base/undo-stack.ts';
import type { ConferenceId, EndpointId, MeetingId, Ssrc } from '../model/ids.ts';
import { announceSpeaker } from './announce-speaker.ts';
import { ChannelCommands } from './channel-commands.ts';
import type { ConferenceCommand, EndpointOutcome } from './commands.ts';
import type { ConferenceConfig } from './conference-config.ts';
import { createEndpoint, type EndpointServices } from './create-endpoint.ts';
import type { ChannelAddress, Endpoint } from './endpoint.ts';
import { EndpointMonitor } from './endpoint-monitor.ts';
import { endpointExpiryReason } from './expiry.ts';
import { Forwarding } from './forwarding.ts';
import { handleMediaEvent } from './media-events.ts';
import type {
  ChannelCodec,
  ConferenceMedia,
  ConferenceSpread,
  MediaEvent,
  MediaPlane,
} from './ports.ts';
import { type PreparedEndpoint, prepareRequest } from './prepare-request.ts';
import { Speakers } from './speakers.ts';
import { SsrcRegistry } from './ssrc-registry.ts';
import type { Totals } from './totals.ts';
import { isNameOfAnother, ssrcsOf } from './takeable-sources.ts';
import { takeableOf } from './validate-request.ts';

export type ConferenceServices = {
  readonly config: ConferenceConfig;
  readonly codec: ChannelCodec;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly totals: Totals;
  readonly log: Logger;
  /** What the load of the bridge allows now; -1 = no limit. */
  readonly loadLastN: () => number;
  /** Where an endpoint's bridge channel can be reached over WebSocket; empty = nowhere. */
  readonly webSocketUrls: (address: ChannelAddress) => readonly string[];
};

export type ConferenceIdentity = {
  readonly id: ConferenceId;
  readonly meetingId: MeetingId;
  readonly name: string | undefined;
  /** Whether `/stats` may show it. */
  readonly rtcstats: boolean;
};

/** One meeting on this bridge. Coordinates: what is decided, and how, is in the parts it holds. */
export class Conference {
  readonly identity: ConferenceIdentity;
  readonly feedbackSsrcs: { readonly audio: Ssrc; readonly video: Ssrc };
  readonly createdMs: number;
  readonly speakers: Speakers;
  readonly forwarding: Forwarding;
  readonly #services: ConferenceServices;
  readonly #endpointServices: EndpointServices;
  readonly #endpoints = new Map<EndpointId, Endpoint>();
  readonly #commands: ChannelCommands;
  readonly #monitor: EndpointMonitor;
  readonly #ssrcs: SsrcRegistry;
  #media: ConferenceMedia | undefined;
  #closed = false;

  constructor(identity: ConferenceIdentity, services: ConferenceServices) {
    const { clock, codec, config, random, timers, totals } = services;
    const endpoints = this.#endpoints;
    const nowMs = () => clock.nowMs();
    this.identity = identity;
    this.createdMs = nowMs();
    this.#services = services;
    this.#ssrcs = new SsrcRegistry(random, () => this.#signalledSsrcs());
    this.feedbackSsrcs = { audio: this.#ssrcs.draw(), video: this.#ssrcs.draw() };
    this.speakers = new Speakers(config);
    this.forwarding = new Forwarding({ endpoints, speakers: this.speakers, config, clock, timers });
    const { forwarding, speakers } = this;
    this.#commands = new ChannelCommands({ endpoints, speakers, forwarding, codec, config });
    this.#monitor = new EndpointMonitor({ endpoints, codec, config, totals }, this.createdMs);
    this.#endpointServices = { ...services, ssrcs: this.#ssrcs, nowMs };
  }

  get endpoints(): ReadonlyMap<EndpointId, Endpoint> {
    return this.#endpoints;
  }

  /** It has ended: nothing can be done with it any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Gets the media side.
   * @param onLost called when the media plane has lost this conference.
   */
  async open(mediaPlane: MediaPlane, onLost: (reason: string) => void): Promise<void> {
    const media = await mediaPlane.openConference({
      conferenceId: this.identity.id,
      feedbackSsrcs: this.feedbackSsrcs,
      onEvent: (event) => {
        if (this.#closed) return;
        if (event.type === 'lost') onLost(event.reason);
        else this.#handle(event);
      },
    });
    if (this.#closed) media.close();
    else this.#media = media;
  }

  /** For operators: nothing that is decided depends on it. */
  get spread(): ConferenceSpread {
    return this.#media?.spread() ?? { workers: [], pipedSources: 0 };
  }

  /** Does what can fail of a validated request; `undo` takes it back. */
  async prepare(command: ConferenceCommand, undo: UndoStack): Promise<PreparedEndpoint[]> {
    const media = this.#media;
    if (!media) throw new Error('the conference was not opened');
    return prepareRequest(command, { media, endpoints: this.#endpoints }, undo);
  }

  /** Makes a prepared request true; cannot fail. */
  commit(prepared: readonly PreparedEndpoint[]): EndpointOutcome[] {
    const gaveBack = prepared.filter(
      (each) => each.type === 'create' && this.#giveBackNames(each.command.id),
    );
    const outcomes = prepared.map((each) => this.#commitEndpoint(each));
    if (gaveBack.length > 0 || prepared.some(concernsOthers)) this.#sourcesChanged();
    else this.#refreshThemselves(prepared);
    return outcomes;
  }

  /** What time alone brings: reports, decisions that are due. */
  tick(nowMs: number): void {
    this.#monitor.tick(nowMs);
    if (this.speakers.tick(nowMs)) this.#announceSpeaker();
    this.forwarding.tick(nowMs);
  }

  /** Removes endpoints that failed or fell silent. */
  expireEndpoints(nowMs: number): void {
    const { config, log } = this.#services;
    let any = false;
    for (const endpoint of [...this.#endpoints.values()]) {
      const timeoutMs = endpoint.expiresWhenSilent ? config.expiration.timeoutMs : Infinity;
      const reason = endpointExpiryReason(endpoint, nowMs, timeoutMs);
      if (!reason) continue;
      log.info({ endpoint: endpoint.id, reason }, 'endpoint expired');
      this.#remove(endpoint);
      any = true;
    }
    if (any) this.#sourcesChanged();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.forwarding.close();
    for (const endpoint of this.#endpoints.values()) this.#finish(endpoint);
    this.#endpoints.clear();
    this.#media?.close();
  }

  #sourcesChanged(): void {
    for (const endpoint of this.#endpoints.values()) {
      if (endpoint.leftOut.length > 0) this.#takeLeftOut(endpoint);
    }
    this.#ssrcs.forgetSignalled();
    this.forwarding.refreshAll();
  }

  /** Others may have given back what its sources that were left out need. */
  #takeLeftOut(endpoint: Endpoint): void {
    const { id, leftOut } = endpoint;
    const { signalled } = endpoint.sources;
    const scene = { endpoints: this.#endpoints, feedbackSsrcs: Object.values(this.feedbackSsrcs) };
    const settings = takeableOf(id, [...signalled, ...leftOut], scene);
    const count = settings.sources.length - signalled.length;
    if (count <= 0) return;
    this.#applySettings(endpoint, settings);
    this.#services.log.info({ endpoint: id, count }, 'took sources that were left out before');
  }

  /** Who brings no source changes nothing for the others. */
  #refreshThemselves(prepared: readonly PreparedEndpoint[]): void {
    this.forwarding.invalidate();
    for (const each of prepared) {
      const endpoint = each.type !== 'expire' && this.#endpoints.get(each.command.id);
      if (endpoint) this.forwarding.refresh(endpoint);
    }
  }

  #commitEndpoint(prepared: PreparedEndpoint): EndpointOutcome {
    switch (prepared.type) {
      case 'expire': {
        const endpoint = this.#endpoints.get(prepared.id);
        if (endpoint) this.#remove(endpoint);
        return { id: prepared.id, expired: true, sctp: false, webSocketUrls: [] };
      }
      case 'create':
        return this.#add(prepared);
      case 'update':
        return this.#update(prepared);
    }
  }

  #add({ command, media }: Extract<PreparedEndpoint, { type: 'create' }>): EndpointOutcome {
    const { totals } = this.#services;
    const endpoint = createEndpoint(command, media, this.#endpointServices, {
      onChannelOpen: (opened, link) => this.#commands.greet(opened, link),
      onCommand: (sender, received, link) => this.#commands.handle(sender, received, link),
    });
    this.#endpoints.set(endpoint.id, endpoint);
    totals.participants += 1;
    if (endpoint.visitor) totals.visitors += 1;
    return {
      id: endpoint.id,
      expired: false,
      transport: media.localTransport(),
      sctp: command.sctp,
      webSocketUrls: this.#webSocketUrls(endpoint),
    };
  }

  #update({ command, transport }: Extract<PreparedEndpoint, { type: 'update' }>): EndpointOutcome {
    const endpoint = this.#endpoints.get(command.id);
    if (endpoint) this.#applySettings(endpoint, command);
    return {
      id: command.id,
      expired: false,
      ...(transport && { transport }),
      sctp: false,
      webSocketUrls: endpoint && transport ? this.#webSocketUrls(endpoint) : [],
    };
  }

  #applySettings(endpoint: Endpoint, settings: Parameters<Endpoint['apply']>[0]): void {
    const former = endpoint.sources.signalled;
    endpoint.apply(settings);
    const gone = former.filter(({ name }) => !endpoint.sources.get(name));
    this.forwarding.sourcesRemoved(gone.map(({ name }) => name));
  }

  /** Takes away others' sources that bear the name of an endpoint about to come; says whether there were any. */
  #giveBackNames(owner: EndpointId): boolean {
    let any = false;
    for (const endpoint of this.#endpoints.values()) {
      const { id } = endpoint;
      const { signalled } = endpoint.sources;
      const sources = signalled.filter(({ name }) => !isNameOfAnother(name, id, [owner]));
      if (sources.length === signalled.length) continue;
      any = true;
      const taken = signalled.filter((source) => !sources.includes(source));
      this.#applySettings(endpoint, { sources, leftOut: [...endpoint.leftOut, ...taken] });
      this.#services.log.warn(
        { endpoint: id, owner },
        'removed sources named as the owner names its own',
      );
    }
    return any;
  }

  #remove(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint.id);
    this.#finish(endpoint);
    this.#ssrcs.release(endpoint.receiver.ownSsrcs());
    this.forwarding.endpointLeft(endpoint);
    if (this.speakers.left(endpoint.id)) this.#announceSpeaker();
  }

  #announceSpeaker(): void {
    const { codec } = this.#services;
    announceSpeaker({ endpoints: this.#endpoints, speakers: this.speakers, codec });
  }

  #finish(endpoint: Endpoint): void {
    if (endpoint.iceEverConnected && endpoint.dtlsConnectedMs === undefined) {
      this.#services.totals.dtlsFailed += 1;
    }
    endpoint.close();
  }

  #handle(event: Exclude<MediaEvent, { readonly type: 'lost' }>): void {
    const { clock, codec, totals } = this.#services;
    const { forwarding, speakers } = this;
    const scene = { endpoints: this.#endpoints, forwarding, speakers, codec, totals };
    handleMediaEvent(event, scene, clock.nowMs());
  }

  #webSocketUrls({ id, password }: Endpoint): readonly string[] {
    const address = { conferenceId: this.identity.id, endpointId: id, password };
    return this.#services.webSocketUrls(address);
  }

  #signalledSsrcs(): Ssrc[] {
    return [...this.#endpoints.values()].flatMap(({ sources }) =>
      sources.signalled.flatMap(ssrcsOf),
    );
  }
}

/** Whether a share of a request changes what others can be sent. */
function concernsOthers(prepared: PreparedEndpoint): boolean {
  if (prepared.type === 'expire') return true;
  const { sources, forceMute } = prepared.command;
  return sources !== undefined || forceMute !== undefined;
}
