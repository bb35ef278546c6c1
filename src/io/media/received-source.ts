import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { Reconciler } from '../../base/reconciler.ts';
import type { EndpointId } from '../../model/ids.ts';
import type { Layer } from '../../model/layer.ts';
import type { MediaDescription, PayloadType } from '../../model/media-description.ts';
import type { Source } from '../../model/source.ts';
import { LayerMeter, type SpatialForm } from './layer-meter.ts';
import type { ConferenceRouter } from './conference-router.ts';
import type { Consumable } from './consumable.ts';
import type { KeyframeLimit } from './media-options.ts';
import type { RouterPipes } from './router-pipes.ts';
import {
  audioCodec,
  mediaCodec,
  probeParameters,
  producerParameters,
  usualForm,
  type FeedbackSsrcs,
  type StreamForm,
} from './rtp-parameters.ts';
import { SourcePipes } from './source-pipes.ts';
import {
  isVoiceStart,
  layersReport,
  payloadTypeNotice,
  type LayerSample,
  type PayloadTypeNotice,
} from './worker-reports.ts';
import { messageOf } from '../../base/message-of.ts';

/** Every change of codec or form costs each receiver a new consumer, so a sender that flaps is followed this often. */
const CODEC_CHANGE_INTERVAL_MS = 1000;

export type ReceivedSourceListener = {
  /** On `router` there is a producer to consume, another one than before, or there is none any more. */
  producerChanged(received: ReceivedSource, router: ConferenceRouter): void;
  codecKnown(received: ReceivedSource, codec: string): void;
  layersChanged(received: ReceivedSource, layers: readonly Layer[]): void;
  voiceStarted(received: ReceivedSource): void;
  refused(received: ReceivedSource, reason: string): void;
};

export type ReceivedSourceOptions = {
  readonly owner: EndpointId;
  readonly source: Source;
  readonly media: MediaDescription;
  readonly muted: boolean;
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly keyframes: KeyframeLimit;
  readonly transport: types.WebRtcTransport;
  /** The one of `transport`. */
  readonly router: ConferenceRouter;
  readonly pipes: RouterPipes;
  readonly listener: ReceivedSourceListener;
  readonly log: Logger;
};

/** `codec` undefined = not known yet: probe for it. */
type Sent = { readonly codec: PayloadType | undefined; readonly form: StreamForm };
type Wanted = Sent & { readonly muted: boolean };
type Built = Sent & Consumable;

/**
 * One source of an endpoint and the producer that receives it, made again when the sender changes its codec
 * (docs/media-plane.md, "A source").
 */
export class ReceivedSource {
  readonly owner: EndpointId;
  readonly source: Source;
  readonly #options: ReceivedSourceOptions;
  readonly #reconciler: Reconciler<Wanted>;
  readonly #pipes: SourcePipes;
  #transport: types.WebRtcTransport;
  #router: ConferenceRouter;
  #wanted: Wanted;
  /** The producer there is, and what it was made for. */
  #built: Built | undefined;
  /** With SVC only the first SSRC has a producer; the others are watched for a change to simulcast. */
  #watch: types.Producer | undefined;
  #meter: LayerMeter | undefined;
  #toldCodec: string | undefined;
  /** When one codec was last followed by another; and how to end the wait for the next time. */
  #changedMs = -CODEC_CHANGE_INTERVAL_MS;
  #endWait: () => void = () => undefined;
  #closed = false;

  constructor(options: ReceivedSourceOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#router = options.router;
    this.owner = options.owner;
    this.source = options.source;
    this.#pipes = new SourcePipes({
      pipes: options.pipes,
      keyFrameRequestDelay: requestDelayMs(options.keyframes),
      isHeard: isMicrophone(options.source),
      onChanged: (router) => {
        if (!this.#closed) options.listener.producerChanged(this, router);
      },
      log: options.log,
    });
    this.#reconciler = new Reconciler(
      (wanted) => this.#apply(wanted),
      (error) => this.#failed(error),
    );
    const codec = options.source.kind === 'audio' ? audioCodec(options.media) : undefined;
    this.#wanted = { codec, form: 'simulcast', muted: options.muted };
    this.#reconciler.set(this.#wanted);
  }

  /** The one of its endpoint. */
  get router(): ConferenceRouter {
    return this.#router;
  }

  /** What its kind was described as when it was made. */
  get media(): MediaDescription {
    return this.#options.media;
  }

  /**
   * What can be consumed on `router`; undefined until the codec is known. On another router than its own it is piped there from now on, and
   * undefined until the pipe stands.
   */
  consumableOn(router: ConferenceRouter): Consumable | undefined {
    const own = this.#consumable;
    return router === this.#router || !own ? own : this.#pipes.to(router, own, this.#router);
  }

  /** To how many other workers it is piped. */
  get pipes(): number {
    return this.#pipes.size;
  }

  get #consumable(): Consumable | undefined {
    return this.#built?.codec && !this.#built.producer.closed ? this.#built : undefined;
  }

  setMuted(muted: boolean): void {
    this.#want({ ...this.#wanted, muted });
    if (!muted) return;
    // At once, whatever is being applied.
    this.#built?.producer.pause().catch(() => undefined); // fails only if it was closed meanwhile
    this.cease();
  }

  /** The worker died with all it had: receives through another worker's transport from now on. */
  moveTo(transport: types.WebRtcTransport, router: ConferenceRouter): void {
    this.#transport = transport;
    this.#router = router;
    this.#built = undefined;
    this.#watch = undefined;
    this.#pipes.clear();
    this.#reconciler.set(this.#wanted);
  }

  settled(): Promise<void> {
    return this.#reconciler.settled();
  }

  /** Nothing comes any more: its endpoint is lost. */
  cease(): void {
    if (this.#meter?.clear()) this.#tellLayers();
  }

  /** Resolves when the worker holds nothing of the source any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endWait();
    this.#reconciler.close();
    this.#discard();
    await Promise.all([this.#reconciler.settled(), this.#pipes.cleared()]);
  }

  #want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#reconciler.set(wanted);
  }

  async #apply(wanted: Wanted): Promise<void> {
    if (!this.#built || !sameStreams(this.#built, wanted)) {
      if (this.#built?.codec && !(await this.#mayChange(wanted))) return;
      const built = await this.#build(wanted);
      if (!built) return;
    }
    const producer = this.#built?.producer;
    const { muted } = wanted;
    if (producer && producer.paused !== muted) await (muted ? producer.pause() : producer.resume());
  }

  /** undefined if the source was closed meanwhile */
  async #build({ codec, form, muted }: Wanted): Promise<Built | undefined> {
    // Of video a packet of it has come. Told before the streams of the former codec end: that is why they do.
    if (codec && this.source.kind === 'video') this.#tellCodec(codec);
    this.#discard();
    const parameters = this.#parameters(codec, form);
    const producer = await this.#produce(parameters, muted);
    if (codec)
      producer.on('score', () => {
        if (producer === this.#consumable?.producer) this.#tellCodec(codec);
      });
    if (this.#closed) {
      producer.close();
      return undefined;
    }
    this.#built = { producer, codec, form, parameters, consumers: new Set() };
    if (codec) await this.#begin(this.#built);
    return this.#built;
  }

  /** Waits until another change is due; false if `wanted` is not wanted any more by then. */
  async #mayChange(wanted: Wanted): Promise<boolean> {
    const waitMs = this.#changedMs + CODEC_CHANGE_INTERVAL_MS - performance.now();
    if (waitMs > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, waitMs);
        this.#endWait = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#closed || !sameStreams(wanted, this.#wanted)) return false;
    this.#changedMs = performance.now();
    return true;
  }

  #parameters(codec: PayloadType | undefined, form: StreamForm): types.RtpParameters {
    const { media, source, feedbackSsrcs } = this.#options;
    return codec
      ? producerParameters(source, media, { codec, form }, feedbackSsrcs)
      : probeParameters(source.encodings);
  }

  async #begin({ codec, form, parameters }: Built): Promise<void> {
    const { kind, encodings } = this.source;
    if (kind === 'video') {
      // What was told of the former codec stands until the first report.
      this.#meter = new LayerMeter(spatialForm(codec, form), this.#meter?.layers);
    }
    this.#options.listener.producerChanged(this, this.#router);
    const unused = encodings.slice(parameters.encodings?.length ?? 0);
    if (unused.length === 0) return;
    const watch = await this.#produce(probeParameters(unused), false);
    if (this.#closed) watch.close();
    else this.#watch = watch;
  }

  async #produce(rtpParameters: types.RtpParameters, paused: boolean): Promise<types.Producer> {
    const producer = await this.#transport.produce({
      kind: this.source.kind,
      rtpParameters,
      paused,
      keyFrameRequestDelay: requestDelayMs(this.#options.keyframes),
    });
    producer.on('trace', (trace) => {
      if (this.#closed) return;
      if (this.source.kind === 'video') this.#traced(producer, trace);
      else if (isVoiceStart(trace)) this.#options.listener.voiceStarted(this);
    });
    return producer;
  }

  #traced(producer: types.Producer, trace: types.ProducerTraceEventData): void {
    const notice = payloadTypeNotice(trace);
    if (notice) this.#follow(notice);
    const samples = layersReport(trace);
    if (samples && producer === this.#consumable?.producer && !this.#wanted.muted)
      this.#take(samples);
  }

  /** A packet came that there is no producer for: the sender uses another codec, or streams it did not. */
  #follow({ ssrc, payloadType }: PayloadTypeNotice): void {
    const place = this.source.encodings.findIndex((encoding) => encoding.ssrc === ssrc);
    const codec = mediaCodec(this.#options.media, payloadType);
    if (place === -1 || !codec) return; // an RTX stream, or nothing known
    const form = place > 0 && isVp9(codec) ? 'simulcast' : usualForm(codec);
    if (codec !== this.#wanted.codec || form === 'simulcast')
      this.#want({ ...this.#wanted, codec, form });
  }

  #take(samples: readonly LayerSample[]): void {
    const higher = samples.find(({ spatial }) => spatial > 0);
    if (higher && isVp9(this.#wanted.codec)) {
      // The worker leaves out the layers below or not, and which it is shows only now.
      const form = higher.needsLayerBelow ? 'svc' : 'k-svc';
      if (form !== this.#wanted.form) this.#want({ ...this.#wanted, form });
    }
    if (this.#meter?.take(samples)) this.#tellLayers();
  }

  #tellCodec({ name }: PayloadType): void {
    if (name === this.#toldCodec) return;
    this.#toldCodec = name;
    this.#options.listener.codecKnown(this, name);
  }

  #tellLayers(): void {
    this.#options.listener.layersChanged(this, this.#meter?.layers ?? []);
  }

  #discard(): void {
    const built = this.#built;
    this.#built = undefined;
    this.#pipes.clear();
    this.#watch?.close();
    this.#watch = undefined;
    built?.producer.close();
  }

  #failed(error: unknown): void {
    if (this.#closed || this.#transport.closed) return;
    this.#options.listener.refused(this, messageOf(error));
  }
}

/** Heard by those who look for the speaker. */
export function isMicrophone({ kind, synthetic }: Source): boolean {
  return kind === 'audio' && !synthetic;
}

function sameStreams(a: Sent, b: Sent): boolean {
  return a.codec === b.codec && a.form === b.form;
}

function isVp9(codec: PayloadType | undefined): boolean {
  return codec?.name.toLowerCase() === 'vp9';
}

/** Of K-SVC the worker sends the chosen layer alone; AV1's may be full SVC, which is not told here: it counts as if all below were sent. */
function spatialForm(codec: PayloadType | undefined, form: StreamForm): SpatialForm {
  if (form === 'simulcast') return 'streams';
  return form === 'k-svc' && isVp9(codec) ? 'alone' : 'stacked';
}

/** Requests that come sooner after the last one are merged. */
function requestDelayMs({ minIntervalMs, maxRequests, windowMs }: KeyframeLimit): number {
  return Math.max(minIntervalMs, maxRequests > 0 ? windowMs / maxRequests : 0);
}
