import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type {
  ConferenceMedia,
  ConferenceMediaOptions,
  EndpointMedia,
  EndpointMediaOptions,
  MediaEvent,
} from '../../conference/ports.ts';
import { AudioObservers } from './audio-observers.ts';
import { localCandidates } from './candidates.ts';
import {
  prepareDataChannel,
  type DataChannelListener,
  type DataChannelOptions,
} from './data-channel.ts';
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
  readonly worker: MediaWorker;
  readonly #context: MediaContext;
  readonly #router: types.Router;
  readonly #observers: AudioObservers;
  readonly #onEvent: (event: MediaEvent) => void;
  readonly #onClose: (conference: MediasoupConference) => void;
  readonly #endpoints = new Set<MediasoupEndpoint>();
  readonly #feedbackSsrcs: ConferenceMediaOptions['feedbackSsrcs'];
  readonly #registry = new SourceRegistry();
  readonly #sources: ReceivedSourceListener;
  readonly #log: Logger;
  #direct: Promise<DirectSide> | undefined;
  #closed = false;

  private constructor(
    worker: MediaWorker,
    media: { readonly router: types.Router; readonly observers: AudioObservers },
    options: ConferenceMediaOptions,
    context: MediaContext & { readonly onClose: (conference: MediasoupConference) => void },
  ) {
    this.worker = worker;
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
    const router = await worker.createRouter();
    const observers = await AudioObservers.create(router);
    return new MediasoupConference(worker, { router, observers }, options, context);
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
    const { bitrates, transports, advertise, advertisePrivateAddresses, keyframes } =
      this.#context.options;
    const { ports, webRtcServer } = this.worker;
    const log = this.#log.child({ endpoint: options.endpointId });
    const transport = await this.#router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: ports.tcp !== undefined,
      preferUdp: true,
      enableSctp: options.sctp,
      initialAvailableOutgoingBitrate: bitrates.initialBps,
      iceConsentTimeout: Math.ceil(transports.iceConsentTimeoutMs / 1000),
    });
    const endpoint = new MediasoupEndpoint(options, {
      transport,
      candidates: localCandidates(
        advertise,
        ports,
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
      await this.#prepare(endpoint, options, transport, log);
      if (this.#closed) throw new Error('the conference was closed meanwhile');
    } catch (error) {
      endpoint.close();
      throw error;
    }
    this.#endpoints.add(endpoint);
    transport.observer.on(
      'close',
      this.worker.onReport(transport.id, (report) => endpoint.account(report)),
    );
    return endpoint;
  }

  /** The worker is gone: says so once, then nothing more. */
  lose(reason: string): void {
    if (this.#closed) return;
    this.#emit({ type: 'lost', reason });
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const endpoint of [...this.#endpoints]) endpoint.close();
    this.#router.close();
    this.#onClose(this);
  }

  async #prepare(
    endpoint: MediasoupEndpoint,
    { endpointId, media, sctp, opensChannel = false }: EndpointMediaOptions,
    transport: types.WebRtcTransport,
    log: Logger,
  ): Promise<void> {
    const { minBps } = this.#context.options.bitrates;
    await Promise.all([
      transport.enableTraceEvent(['bwe']),
      endpoint.prepareFeedback(media),
      minBps !== undefined && transport.setMinOutgoingBitrate(minBps),
      sctp &&
        this.#prepareChannel(
          { transport, opensChannel, log },
          {
            opened: (link) => endpoint.emit({ type: 'channel-open', endpointId, link }),
            text: (link, text) =>
              endpoint.emit({ type: 'channel-message', endpointId, link, text }),
            closed: (link) => endpoint.emit({ type: 'channel-closed', endpointId, link }),
          },
        ),
    ]);
  }

  async #prepareChannel(
    channel: Pick<DataChannelOptions, 'transport' | 'opensChannel' | 'log'>,
    listener: DataChannelListener,
  ): Promise<void> {
    this.#direct ??= openDirectSide(this.#router);
    const { direct, source } = await this.#direct;
    const { transports } = this.#context.traffic;
    const onRejected = () => (transports.rejectedDataChannels += 1);
    await prepareDataChannel({ ...channel, direct, source, listener, onRejected });
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

type DirectSide = { readonly direct: types.DirectTransport; readonly source: types.DataProducer };

/** The way of data channel messages from and to this process; one for all endpoints of a conference. */
async function openDirectSide(router: types.Router): Promise<DirectSide> {
  const direct = await router.createDirectTransport();
  return { direct, source: await direct.produceData() };
}
