import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import type {
  EndpointMedia,
  EndpointMediaOptions,
  ForwardingPlan,
  LinkFigures,
  MediaEvent,
  Reception,
} from '../../conference/ports.ts';
import type { SourceName } from '../../model/ids.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import type { Candidate, LocalTransport, RemoteTransport } from '../../model/transport.ts';
import type { ConferenceRouter } from './conference-router.ts';
import { DataChannel } from './data-channel.ts';
import { EndpointTransport } from './endpoint-transport.ts';
import { IncomingMedia } from './incoming-media.ts';
import type { BitrateOptions, KeyframeOptions, TransportOptions } from './media-options.ts';
import { OutgoingMedia } from './outgoing-media.ts';
import type { ReceivedSourceListener } from './received-source.ts';
import type { RouterPipes } from './router-pipes.ts';
import { feedbackParameters, type FeedbackSsrcs } from './rtp-parameters.ts';
import type { SourceRegistry } from './source-registry.ts';
import type { Traffic } from './traffic.ts';
import type { TransportReport } from './transport-reports.ts';

/** Every fourth report, were it a little early. */
const COUNTING_INTERVAL_MS = 900;

type Measured = Omit<LinkFigures, 'path' | 'worker'>;

const unmeasured: Measured = {
  bitsPerSecondIn: 0,
  bitsPerSecondOut: 0,
  lossIn: undefined,
  lossOut: undefined,
  rttMs: undefined,
};

export type EndpointMediaParts = {
  readonly transport: types.WebRtcTransport;
  readonly router: ConferenceRouter;
  readonly pipes: RouterPipes;
  readonly candidates: readonly Candidate[];
  readonly transports: TransportOptions;
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly keyframes: KeyframeOptions;
  readonly bitrates: BitrateOptions;
  readonly registry: SourceRegistry;
  readonly sources: ReceivedSourceListener;
  readonly traffic: Traffic;
  readonly emit: (event: MediaEvent) => void;
  readonly onClose: (endpoint: MediasoupEndpoint) => void;
  readonly log: Logger;
};

/** The media side of one endpoint over one WebRtcTransport. */
export class MediasoupEndpoint implements EndpointMedia {
  readonly #options: EndpointMediaOptions;
  readonly #parts: EndpointMediaParts;
  readonly #transport: EndpointTransport;
  readonly #incoming: IncomingMedia;
  readonly #outgoing: OutgoingMedia;
  /** Only if SCTP was asked for. */
  readonly #channel: DataChannel | undefined;
  #counted = { bytesIn: 0, bytesOut: 0, atMs: performance.now() };
  #heardBytes = 0;
  #measured = unmeasured;
  #availableBps: number | undefined;
  #closed = false;
  #feedbackPrepared = false;
  #mediasoupTransport: types.WebRtcTransport;
  #router: ConferenceRouter;
  #offer: readonly MediaDescription[];

  constructor(options: EndpointMediaOptions, parts: EndpointMediaParts) {
    this.#options = options;
    this.#parts = parts;
    this.#mediasoupTransport = parts.transport;
    this.#router = parts.router;
    this.#offer = options.media;
    const { endpointId, media } = options;
    const { transport, router, pipes, registry, feedbackSsrcs, keyframes, bitrates, log } = parts;
    const emit = (event: MediaEvent) => this.emit(event);
    const onRefused = (source: SourceName, reason: string) => {
      log.warn({ source, reason }, 'source refused');
      emit({ type: 'source-refused', endpointId, source, reason });
    };
    this.#transport = new EndpointTransport(
      transport,
      parts.candidates,
      (states) => emit({ type: 'transport-state', endpointId, ...states }),
      { counts: parts.traffic.transports, options: parts.transports, log },
    );
    this.#incoming = new IncomingMedia({
      endpointId,
      media,
      feedbackSsrcs,
      keyframes: keyframes.perSource,
      transport,
      router,
      pipes,
      registry,
      listener: parts.sources,
      onRefused,
      log,
    });
    this.#outgoing = new OutgoingMedia({
      media,
      feedbackSsrcs,
      keyframes: keyframes.perReceiver,
      bitrates,
      transport,
      router,
      registry,
      onForwarding: (source, layer) => emit({ type: 'forwarding', endpointId, source, layer }),
      onRefused,
      log,
    });
    if (options.sctp) this.#channel = this.#createChannel(options);
    this.#watch(transport);
  }

  #createChannel({ endpointId, opensChannel = false }: EndpointMediaOptions): DataChannel {
    const { traffic, transports, log } = this.#parts;
    return new DataChannel({
      opensChannel,
      stallMs: transports.channelStallMs,
      listener: {
        opened: (link) => this.emit({ type: 'channel-open', endpointId, link }),
        text: (link, text) => this.emit({ type: 'channel-message', endpointId, link, text }),
        closed: (link) => this.emit({ type: 'channel-closed', endpointId, link }),
      },
      onRejected: () => (traffic.transports.rejectedDataChannels += 1),
      log,
    });
  }

  get usesSctp(): boolean {
    return this.#channel !== undefined;
  }

  /** What the worker needs for a bridge channel over SCTP, before its transport connects. */
  async prepareChannel(): Promise<void> {
    if (!this.#channel) return;
    await this.#channel.prepare(this.#mediasoupTransport, await this.#router.directSide());
  }

  /** What it was offered last. */
  get offer(): readonly MediaDescription[] {
    return this.#offer;
  }

  /** What its link was last found to carry, bit/s; undefined = nothing was measured. */
  get availableBps(): number | undefined {
    return this.#availableBps;
  }

  /** The worker died: goes on with `transport` of another one; false if that cannot be, and then nothing of it works any more. */
  async moveTo(transport: types.WebRtcTransport, router: ConferenceRouter): Promise<boolean> {
    const { log } = this.#parts;
    this.#mediasoupTransport = transport;
    this.#router = router;
    this.#feedbackPrepared = false;
    this.#counted = { bytesIn: 0, bytesOut: 0, atMs: performance.now() };
    this.#heardBytes = 0;
    if (this.#isClosed() || !this.#transport.canMoveTo(transport)) return this.#giveUp();
    this.#watch(transport);
    try {
      await this.prepareChannel();
      await this.#transport.moveTo(transport, this.#channel?.isOpen === true);
    } catch (error) {
      if (!this.#isClosed())
        log.warn({ err: error }, 'endpoint could not go on with another worker');
      return this.#giveUp();
    }
    if (this.#isClosed()) return this.#giveUp();
    this.#channel?.goOn();
    this.#incoming.moveTo(transport, router);
    this.#outgoing.moveTo(transport, router);
    return true;
  }

  /** Resolves when the worker takes in what the endpoint sends. */
  received(): Promise<void> {
    return this.#incoming.settled();
  }

  /** Resolves when the worker sends it what the plan says, as far as that is taken in. */
  forwarded(): Promise<void> {
    return this.#outgoing.settled();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #giveUp(): false {
    this.#channel?.end();
    this.#incoming.cease();
    if (this.#closed) this.#mediasoupTransport.close();
    else this.#transport.fail(this.#mediasoupTransport);
    return false;
  }

  #watch(transport: types.WebRtcTransport): void {
    transport.on('trace', (trace) => {
      if (trace.type !== 'bwe') return;
      const { availableBitrate } = trace.info as { availableBitrate: number };
      const { bitrates } = this.#parts;
      this.#availableBps = availableBitrate;
      const availableBps = Math.min(availableBitrate, bitrates.maxBps ?? Infinity);
      this.emit({ type: 'estimate', endpointId: this.#options.endpointId, availableBps });
    });
  }

  /** Reports something of this endpoint, unless it is closed. */
  emit(event: MediaEvent): void {
    if (!this.#closed) this.#parts.emit(event);
  }

  get router(): ConferenceRouter {
    return this.#router;
  }

  get consumers(): number {
    return this.#outgoing.size;
  }

  localTransport(): LocalTransport {
    return this.#transport.describe();
  }

  setRemoteTransport(remote: RemoteTransport): Promise<void> {
    return this.#transport.setRemote(remote);
  }

  setOffer(media: readonly MediaDescription[]): void {
    this.#offer = media;
    this.#incoming.setOffer(media);
    this.#outgoing.setOffer(media);
    runInBackground(() => this.prepareFeedback(media), this.#parts.log);
  }

  /** Once some media was offered with which bandwidth feedback is negotiated. */
  async prepareFeedback(media: readonly MediaDescription[]): Promise<void> {
    const transport = this.#mediasoupTransport;
    const { feedbackSsrcs } = this.#parts;
    const feedback = this.#feedbackPrepared ? undefined : feedbackParameters(media, feedbackSsrcs);
    if (!feedback || transport.closed) return;
    this.#feedbackPrepared = true;
    await transport.produce(feedback);
  }

  setReception(reception: Reception): void {
    this.#incoming.set(reception);
  }

  setPlan(plan: ForwardingPlan): void {
    this.#outgoing.set(plan);
  }

  restartIce(): Promise<LocalTransport | undefined> {
    return this.#transport.restartIce();
  }

  link(): LinkFigures {
    return { ...this.#measured, path: this.#transport.path(), worker: this.#router.place };
  }

  /** Takes what the worker knows of the transport; rates are of a second. */
  account({ bytesIn, bytesOut, lossIn, lossOut, rttMs }: TransportReport): void {
    if (bytesIn > this.#heardBytes) {
      this.#heardBytes = bytesIn;
      this.emit({ type: 'activity', endpointId: this.#options.endpointId });
    }
    if (performance.now() - this.#counted.atMs < COUNTING_INTERVAL_MS) return;
    const growth = {
      bytesIn: bytesIn - this.#counted.bytesIn,
      bytesOut: bytesOut - this.#counted.bytesOut,
    };
    const nowMs = performance.now();
    const seconds = Math.max(0.001, (nowMs - this.#counted.atMs) / 1000);
    this.#counted = { bytesIn, bytesOut, atMs: nowMs };
    const quality = { lossIn, lossOut, rttMs };
    this.#measured = {
      ...quality,
      bitsPerSecondIn: Math.round((growth.bytesIn * 8) / seconds),
      bitsPerSecondOut: Math.round((growth.bytesOut * 8) / seconds),
    };
    this.#parts.traffic.report(this, growth, quality);
  }

  close(): void {
    const { traffic, onClose } = this.#parts;
    this.#closed = true;
    this.#channel?.end();
    this.#mediasoupTransport.close();
    this.#outgoing.close();
    this.#incoming.close();
    traffic.forget(this);
    onClose(this);
  }
}
