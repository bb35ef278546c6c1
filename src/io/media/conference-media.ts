import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import {
  MediaUnavailableError,
  type ConferenceMedia,
  type ConferenceMediaOptions,
  type ConferenceSpread,
  type EndpointMedia,
  type EndpointMediaOptions,
  type MediaEvent,
} from '../../conference/ports.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import { localCandidates } from './candidates.ts';
import type { ConferenceRouter } from './conference-router.ts';
import { ConferenceRouters } from './conference-routers.ts';
import { MediasoupEndpoint } from './endpoint-media.ts';
import type { MediaOptions } from './media-options.ts';
import type { WorkerContext } from './media-worker.ts';
import {
  isMicrophone,
  type ReceivedSource,
  type ReceivedSourceListener,
} from './received-source.ts';
import { RouterPipes } from './router-pipes.ts';
import { SourceRegistry } from './source-registry.ts';
import type { Sweep } from './sweep.ts';
import type { WorkerSlot } from './worker-pool.ts';

/** What all conferences share. */
export type MediaContext = WorkerContext & {
  readonly options: MediaOptions;
  readonly sweep: Sweep;
  /** Where the next endpoint of a conference goes; undefined = no worker is alive. */
  readonly placeNext: (load: ConferenceLoad) => WorkerSlot | undefined;
};

/** A conference as placement sees it. */
export type ConferenceLoad = {
  /** Endpoints by the place of their worker, those that are being added included. */
  readonly own: ReadonlyMap<number, number>;
  /** Not to be used now. */
  readonly isSuspended: (place: number) => boolean;
};

type ConferenceContext = MediaContext & {
  readonly onClose: (conference: MediasoupConference) => void;
};

/** The media of one conference: a router on one worker, or on several that are joined by pipes. */
export class MediasoupConference implements ConferenceMedia {
  readonly #context: ConferenceContext;
  readonly #routers: ConferenceRouters;
  readonly #pipes: RouterPipes;
  readonly #onEvent: (event: MediaEvent) => void;
  readonly #endpoints = new Set<MediasoupEndpoint>();
  /** Endpoints by place, those that are being added included. */
  readonly #counts = new Map<number, number>();
  readonly #feedbackSsrcs: ConferenceMediaOptions['feedbackSsrcs'];
  readonly #registry = new SourceRegistry();
  readonly #sources: ReceivedSourceListener;
  readonly #log: Logger;
  #home: ConferenceRouter;
  #closed = false;

  private constructor(
    routers: ConferenceRouters,
    home: ConferenceRouter,
    options: ConferenceMediaOptions,
    context: ConferenceContext,
  ) {
    this.#routers = routers;
    this.#home = home;
    this.#context = context;
    this.#feedbackSsrcs = options.feedbackSsrcs;
    this.#onEvent = options.onEvent;
    this.#log = context.log.child({ conf: options.conferenceId });
    this.#pipes = new RouterPipes(context);
    this.#sources = this.#sourceListener();
    this.#listen(home);
  }

  static async open(
    slot: WorkerSlot,
    options: ConferenceMediaOptions,
    context: ConferenceContext,
  ): Promise<MediasoupConference> {
    const routers = await ConferenceRouters.open(slot);
    return new MediasoupConference(routers, await routers.at(slot), options, context);
  }

  isOn(place: number): boolean {
    return this.#routers.has(place);
  }

  /** Those on one worker, with those that are being added. */
  endpointsAt(place: number): number {
    return this.#counts.get(place) ?? 0;
  }

  consumersAt(place: number): number {
    return this.#at(place).reduce((sum, { consumers }) => sum + consumers, 0);
  }

  spread(): ConferenceSpread {
    const pipedSources = this.#registry.all().reduce((sum, { pipes }) => sum + pipes, 0);
    return { workers: this.#routers.places, pipedSources };
  }

  async addEndpoint(options: EndpointMediaOptions): Promise<EndpointMedia> {
    await this.#routers.someRuns();
    const slot = this.#context.placeNext({
      own: new Map(this.#routers.places.map((place) => [place, this.endpointsAt(place)])),
      isSuspended: (place) => this.#routers.isSuspended(place),
    });
    if (!slot) throw new MediaUnavailableError('no media worker is alive');
    const { index, worker } = slot;
    this.#count(index, 1);
    try {
      return await this.#addEndpoint(options, await this.#routers.at(slot));
    } catch (error) {
      this.#count(index, -1);
      // The worker died meanwhile: another try with the next one.
      if (worker.alive || this.#closed) throw error;
      return this.addEndpoint(options);
    }
  }

  async #addEndpoint(
    options: EndpointMediaOptions,
    router: ConferenceRouter,
  ): Promise<EndpointMedia> {
    const { transports, advertise, advertisePrivateAddresses, keyframes, bitrates } =
      this.#context.options;
    const log = this.#log.child({ endpoint: options.endpointId });
    const transport = await this.#createTransport(router, options.sctp);
    const endpoint = new MediasoupEndpoint(options, {
      transport,
      router,
      pipes: this.#pipes,
      candidates: localCandidates(
        advertise,
        router.worker.ports,
        advertisePrivateAddresses || options.privateAddresses,
      ),
      transports,
      feedbackSsrcs: this.#feedbackSsrcs,
      keyframes,
      bitrates,
      registry: this.#registry,
      sources: this.#sources,
      traffic: this.#context.traffic,
      emit: (event) => this.#emit(event),
      onClose: (closed) => {
        if (this.#endpoints.delete(closed)) this.#count(closed.router.place, -1);
      },
      log,
    });
    try {
      await Promise.all([
        this.#prepare(endpoint, options.media, transport),
        endpoint.prepareChannel(),
      ]);
      if (this.#closed) throw new Error('the conference was closed meanwhile');
    } catch (error) {
      endpoint.close();
      throw error;
    }
    this.#endpoints.add(endpoint);
    watch(endpoint, transport);
    return endpoint;
  }

  /** The worker in a place is gone: nothing flows there, and who wants to join waits, until `moveTo` or `lose`. */
  suspend(place: number): void {
    this.#routers.suspend(place);
  }

  /**
   * Goes on with another worker in the place of one that died; resolves when its endpoints are sent what they were.
   * @returns the endpoints that could not go on: nothing of them works any more
   */
  async moveTo(slot: WorkerSlot): Promise<number> {
    const router = await this.#routers.replace(slot);
    if (this.#closed) {
      router.close();
      return 0;
    }
    if (this.#routers.isHome(slot.index)) this.#listen(router);
    const moved = await Promise.all(
      this.#at(slot.index).map((endpoint) => this.#moveEndpoint(endpoint, router)),
    );
    this.#routers.resume(slot.index);
    this.#leaveUnused(slot.index);
    const there = this.#at(slot.index);
    await Promise.all(there.map((endpoint) => endpoint.received()));
    await Promise.all(there.map((endpoint) => endpoint.forwarded()));
    return moved.filter((ok) => !ok).length;
  }

  /** The worker is gone for good: says so once, then nothing more. */
  lose(reason: string): void {
    if (this.#closed) return;
    this.#emit({ type: 'lost', reason });
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of [...this.#endpoints]) endpoint.close();
    this.#pipes.close();
    this.#routers.close();
    this.#context.onClose(this);
  }

  #at(place: number): MediasoupEndpoint[] {
    return [...this.#endpoints].filter(({ router }) => router.place === place);
  }

  #count(place: number, change: 1 | -1): void {
    this.#counts.set(place, this.endpointsAt(place) + change);
    this.#leaveUnused(place);
  }

  #leaveUnused(place: number): void {
    if (this.#closed || this.#routers.isHome(place) || this.#routers.isSuspended(place)) return;
    if (this.endpointsAt(place) === 0) this.#routers.leave(place);
  }

  /** From now on this is where microphones are heard. */
  #listen(home: ConferenceRouter): void {
    this.#home = home;
    home.observers?.listen((event) => this.#emit(event));
    for (const received of this.#registry.all()) this.#hear(received);
  }

  /** There is one order of speakers, so all microphones are heard in one place. */
  #hear(received: ReceivedSource): void {
    if (!isMicrophone(received.source) || this.#home.closed) return;
    const heard = received.consumableOn(this.#home);
    if (heard) this.#home.observers?.add(heard.producer, received.owner, this.#log);
  }

  async #moveEndpoint(endpoint: MediasoupEndpoint, router: ConferenceRouter): Promise<boolean> {
    const transport = await this.#createTransport(router, endpoint.usesSctp, endpoint.availableBps);
    const moved = await endpoint.moveTo(transport, router);
    if (!moved) return false;
    watch(endpoint, transport);
    await this.#prepare(endpoint, endpoint.offer, transport);
    return true;
  }

  #createTransport(
    router: ConferenceRouter,
    sctp: boolean,
    availableBps?: number,
  ): Promise<types.WebRtcTransport> {
    const { bitrates, transports } = this.#context.options;
    return router.createTransport({
      enableSctp: sctp,
      initialAvailableOutgoingBitrate: availableBps ?? bitrates.initialBps,
      iceConsentTimeout: Math.ceil(transports.iceConsentTimeoutMs / 1000),
    });
  }

  async #prepare(
    endpoint: MediasoupEndpoint,
    media: readonly MediaDescription[],
    transport: types.WebRtcTransport,
  ): Promise<void> {
    const { minBps } = this.#context.options.bitrates;
    await Promise.all([
      transport.enableTraceEvent(['bwe']),
      endpoint.prepareFeedback(media),
      minBps !== undefined && transport.setMinOutgoingBitrate(minBps),
    ]);
  }

  #sourceListener(): ReceivedSourceListener {
    const subject = ({ owner, source }: ReceivedSource) => ({
      endpointId: owner,
      source: source.name,
    });
    return {
      producerChanged: (received, router) => {
        if (router === this.#home || router === received.router) this.#hear(received);
        this.#registry.announce(received, router);
      },
      codecKnown: (received, codec) => this.#emit({ type: 'codec', ...subject(received), codec }),
      layersChanged: (received, layers) =>
        this.#emit({ type: 'layers', ...subject(received), layers }),
      voiceStarted: ({ owner, source }) => {
        if (!source.synthetic) this.#emit({ type: 'voice-start', endpointId: owner });
      },
      refused: (received, reason) => {
        this.#log.warn({ source: received.source.name, reason }, 'source refused');
        this.#emit({ type: 'source-refused', ...subject(received), reason });
      },
    };
  }

  #emit(event: MediaEvent): void {
    if (!this.#closed) this.#onEvent(event);
  }
}

function watch(endpoint: MediasoupEndpoint, transport: types.WebRtcTransport): void {
  const { worker } = endpoint.router;
  const forget = worker.onReport(transport.id, (figures) => endpoint.account(figures));
  transport.observer.on('close', forget);
}
