import { EventEmitter, once } from 'node:events';
import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type {
  ConferenceMedia,
  ConferenceMediaOptions,
  EndpointMedia,
  EndpointMediaOptions,
  MediaEvent,
} from '../../conference/ports.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import { AudioObservers } from './audio-observers.ts';
import { localCandidates } from './candidates.ts';
import { prepareDataChannel, type DataChannelListener } from './data-channel.ts';
import { MediasoupEndpoint } from './endpoint-media.ts';
import type { MediaOptions } from './media-options.ts';
import type { MediaWorker, WorkerContext } from './media-worker.ts';
import type { ReceivedSource, ReceivedSourceListener } from './received-source.ts';
import { SourceRegistry } from './source-registry.ts';

/** What all conferences share. */
export type MediaContext = WorkerContext & {
  readonly options: MediaOptions;
};

/** The media of one conference: one router on one worker. */
export class MediasoupConference implements ConferenceMedia {
  #worker: MediaWorker;
  readonly #context: MediaContext;
  #router: types.Router;
  #observers: AudioObservers;
  readonly #onEvent: (event: MediaEvent) => void;
  readonly #onClose: (conference: MediasoupConference) => void;
  readonly #endpoints = new Set<MediasoupEndpoint>();
  readonly #feedbackSsrcs: ConferenceMediaOptions['feedbackSsrcs'];
  readonly #registry = new SourceRegistry();
  readonly #sources: ReceivedSourceListener;
  readonly #log: Logger;
  #direct: Promise<DirectSide> | undefined;
  /** While the worker is gone and another one is awaited. */
  #suspension: Suspension | undefined;
  #closed = false;

  private constructor(
    worker: MediaWorker,
    media: RouterMedia,
    options: ConferenceMediaOptions,
    context: MediaContext & { readonly onClose: (conference: MediasoupConference) => void },
  ) {
    this.#worker = worker;
    this.#router = media.router;
    this.#observers = media.observers;
    this.#context = context;
    this.#feedbackSsrcs = options.feedbackSsrcs;
    this.#onEvent = options.onEvent;
    this.#onClose = context.onClose;
    this.#log = context.log.child({ conf: options.conferenceId });
    this.#sources = this.#sourceListener();
    this.#observers.listen((event) => this.#emit(event));
  }

  static async open(
    worker: MediaWorker,
    options: ConferenceMediaOptions,
    context: MediaContext & { readonly onClose: (conference: MediasoupConference) => void },
  ): Promise<MediasoupConference> {
    return new MediasoupConference(worker, await openRouter(worker), options, context);
  }

  get endpoints(): number {
    return this.#endpoints.size;
  }

  get consumers(): number {
    let consumers = 0;
    for (const endpoint of this.#endpoints) consumers += endpoint.consumers;
    return consumers;
  }

  async addEndpoint(options: EndpointMediaOptions): Promise<EndpointMedia> {
    await this.#suspension?.over;
    try {
      return await this.#addEndpoint(options);
    } catch (error) {
      // The worker died meanwhile: another try with the next one.
      if (!this.#suspension || this.#closed) throw error;
      await this.#suspension.over;
      return this.#addEndpoint(options);
    }
  }

  async #addEndpoint(options: EndpointMediaOptions): Promise<EndpointMedia> {
    const { transports, advertise, advertisePrivateAddresses, keyframes, bitrates } =
      this.#context.options;
    const log = this.#log.child({ endpoint: options.endpointId });
    const transport = await this.#createTransport(options.sctp);
    const endpoint = new MediasoupEndpoint(options, {
      transport,
      candidates: localCandidates(
        advertise,
        this.#worker.ports,
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
      onClose: (closed) => this.#endpoints.delete(closed),
      log,
    });
    try {
      await Promise.all([
        this.#prepare(endpoint, options.media, transport),
        options.sctp && this.#prepareChannel(endpoint, options, transport, log),
      ]);
      if (this.#closed) throw new Error('the conference was closed meanwhile');
    } catch (error) {
      endpoint.close();
      throw error;
    }
    this.#endpoints.add(endpoint);
    this.#watch(endpoint, transport);
    return endpoint;
  }

  /** The worker is gone: nothing flows, and who wants to join waits, until `moveTo` or `lose`. */
  suspend(): void {
    this.#suspension ??= suspension();
  }

  /**
   * Goes on with another worker.
   * @returns the endpoints that could not go on: nothing of them works any more
   */
  async moveTo(worker: MediaWorker): Promise<number> {
    const { router, observers } = await openRouter(worker);
    if (this.#closed) {
      router.close();
      return 0;
    }
    this.#worker = worker;
    this.#router = router;
    this.#observers = observers;
    this.#direct = undefined;
    observers.listen((event) => this.#emit(event));
    const moved = await Promise.all(
      [...this.#endpoints].map((endpoint) => this.#moveEndpoint(endpoint)),
    );
    this.#suspension?.end();
    this.#suspension = undefined;
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
    this.#suspension?.end();
    for (const endpoint of [...this.#endpoints]) endpoint.close();
    this.#router.close();
    this.#onClose(this);
  }

  async #moveEndpoint(endpoint: MediasoupEndpoint): Promise<boolean> {
    const transport = await this.#createTransport(false);
    const moved = await endpoint.moveTo(transport);
    if (!moved) return false;
    this.#watch(endpoint, transport);
    await this.#prepare(endpoint, endpoint.offer, transport);
    return true;
  }

  #watch(endpoint: MediasoupEndpoint, transport: types.WebRtcTransport): void {
    const forget = this.#worker.onReport(transport.id, (figures) => endpoint.account(figures));
    transport.observer.on('close', forget);
  }

  #createTransport(sctp: boolean): Promise<types.WebRtcTransport> {
    const { ports, webRtcServer } = this.#worker;
    const { bitrates, transports } = this.#context.options;
    return this.#router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: ports.tcp !== undefined,
      preferUdp: true,
      enableSctp: sctp,
      initialAvailableOutgoingBitrate: bitrates.initialBps,
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

  async #prepareChannel(
    endpoint: MediasoupEndpoint,
    { endpointId, opensChannel = false }: EndpointMediaOptions,
    transport: types.WebRtcTransport,
    log: Logger,
  ): Promise<void> {
    this.#direct ??= openDirectSide(this.#router);
    const { direct, source } = await this.#direct;
    const { transports } = this.#context.traffic;
    const onRejected = () => (transports.rejectedDataChannels += 1);
    const listener: DataChannelListener = {
      opened: (link) => endpoint.emit({ type: 'channel-open', endpointId, link }),
      text: (link, text) => endpoint.emit({ type: 'channel-message', endpointId, link, text }),
      closed: (link) => endpoint.emit({ type: 'channel-closed', endpointId, link }),
    };
    const channel = { transport, opensChannel, log, listener, onRejected };
    await prepareDataChannel({ ...channel, direct, source });
  }

  #sourceListener(): ReceivedSourceListener {
    const subject = ({ owner, source }: ReceivedSource) => ({
      endpointId: owner,
      source: source.name,
    });
    return {
      producerChanged: (received) => {
        const { source, producer, owner } = received;
        if (source.kind === 'audio' && !source.synthetic && producer)
          this.#observers.add(producer, owner, this.#log);
        this.#registry.announce(received);
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

type RouterMedia = { readonly router: types.Router; readonly observers: AudioObservers };

async function openRouter(worker: MediaWorker): Promise<RouterMedia> {
  const router = await worker.createRouter();
  return { router, observers: await AudioObservers.create(router) };
}

type Suspension = { readonly over: Promise<void>; readonly end: () => void };

function suspension(): Suspension {
  const ended = new EventEmitter();
  const over = once(ended, 'over').then(() => undefined);
  return { over, end: () => void ended.emit('over') };
}

type DirectSide = { readonly direct: types.DirectTransport; readonly source: types.DataProducer };

/** The way of data channel messages from and to this process; one for all endpoints of a conference. */
async function openDirectSide(router: types.Router): Promise<DirectSide> {
  const direct = await router.createDirectTransport();
  return { direct, source: await direct.produceData() };
}
