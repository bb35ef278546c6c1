import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { Reconciler } from '../../base/reconciler.ts';
import type { EndpointId } from '../../model/ids.ts';
import type { Layer } from '../../model/layer.ts';
import type { MediaDescription, PayloadType } from '../../model/media-description.ts';
import type { Source } from '../../model/source.ts';
import { LayerMeter } from './layer-meter.ts';
import {
  audioCodec,
  mediaCodec,
  probeParameters,
  producerParameters,
  type FeedbackSsrcs,
} from './rtp-parameters.ts';
import { payloadTypeNotice } from './worker-reports.ts';

/** JVB's least distance between key frame requests for one source (allocation.md §4.2). */
const KEY_FRAME_REQUEST_DELAY_MS = 200;
/** Every change costs each receiver a new consumer, so a sender that flaps is followed this often. */
const CODEC_CHANGE_INTERVAL_MS = 1000;

export type ReceivedSourceListener = {
  /** There is a producer to consume, another one than before. */
  producerChanged(received: ReceivedSource): void;
  codecKnown(received: ReceivedSource, codec: string): void;
  layersChanged(received: ReceivedSource, layers: readonly Layer[]): void;
  refused(received: ReceivedSource, reason: string): void;
};

export type ReceivedSourceOptions = {
  readonly owner: EndpointId;
  readonly source: Source;
  readonly media: MediaDescription;
  readonly muted: boolean;
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly transport: types.WebRtcTransport;
  readonly listener: ReceivedSourceListener;
  readonly log: Logger;
};

/** `codec` undefined = not known yet: probe for it. */
type Wanted = { readonly codec: PayloadType | undefined; readonly muted: boolean };
type Built = {
  readonly producer: types.Producer;
  readonly codec: PayloadType | undefined;
  readonly parameters: types.RtpParameters;
};

/** A producer whose codec is known, and what it was made with (mediasoup copies at each access). */
export type Consumable = Pick<Built, 'producer' | 'parameters'>;

/**
 * One source of an endpoint and the producer that receives it, made again when the sender changes its codec
 * (docs/media-plane.md, "A source").
 */
export class ReceivedSource {
  readonly owner: EndpointId;
  readonly source: Source;
  /** The consumers fed by this source, of all receivers. */
  readonly consumers = new Set<types.Consumer>();
  readonly #options: ReceivedSourceOptions;
  readonly #reconciler: Reconciler<Wanted>;
  #wanted: Wanted;
  /** The producer there is, and what it was made for. */
  #built: Built | undefined;
  /** With SVC only the first SSRC has a codec; the others are watched for a change to simulcast. */
  #watch: types.Producer | undefined;
  #meter: LayerMeter | undefined;
  #toldCodec: string | undefined;
  /** When one codec was last followed by another; and how to end the wait for the next time. */
  #changedMs = -CODEC_CHANGE_INTERVAL_MS;
  #endWait: () => void = () => undefined;
  #closed = false;

  constructor(options: ReceivedSourceOptions) {
    this.#options = options;
    this.owner = options.owner;
    this.source = options.source;
    this.#reconciler = new Reconciler(
      (wanted) => this.#apply(wanted),
      (error) => this.#failed(error),
    );
    const codec = options.source.kind === 'audio' ? audioCodec(options.media) : undefined;
    this.#wanted = { codec, muted: options.muted };
    this.#reconciler.set(this.#wanted);
  }

  /** What its kind was described as when it was made. */
  get media(): MediaDescription {
    return this.#options.media;
  }

  /** What can be consumed; undefined until the codec is known. */
  get consumable(): Consumable | undefined {
    return this.#built?.codec && !this.#built.producer.closed ? this.#built : undefined;
  }

  get producer(): types.Producer | undefined {
    return this.consumable?.producer;
  }

  setMuted(muted: boolean): void {
    this.#want({ ...this.#wanted, muted });
    if (!muted) return;
    // At once, whatever is being applied.
    this.#built?.producer.pause().catch(() => undefined); // fails only if it was closed meanwhile
    if (this.#meter?.clear()) this.#tellLayers();
  }

  /** Takes the worker's counters; called about once a second. */
  async measure(): Promise<void> {
    const { producer, source } = this;
    if (!producer || source.kind === 'audio' || this.#isMuted()) return;
    const stats = await producer.getStats();
    const isStale = producer !== this.producer || this.#closed || this.#isMuted();
    if (!isStale && this.#meter?.take(stats)) this.#tellLayers();
  }

  requestKeyframe(): void {
    const [consumer] = this.consumers;
    consumer?.requestKeyFrame().catch(() => undefined); // fails only if it was closed meanwhile
  }

  /** Resolves when the worker holds nothing of the source any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endWait();
    this.#reconciler.close();
    this.#discard();
    await this.#reconciler.settled();
  }

  #isMuted(): boolean {
    return this.#wanted.muted;
  }

  #want(wanted: Wanted): void {
    this.#wanted = wanted;
    this.#reconciler.set(wanted);
  }

  async #apply({ codec, muted }: Wanted): Promise<void> {
    if (!this.#built || this.#built.codec !== codec) {
      if (this.#built?.codec && !(await this.#mayChange(codec))) return;
      this.#discard();
      const parameters = this.#parameters(codec);
      const producer = await this.#produce(parameters, muted);
      producer.on('score', (scores) => this.#scored(producer, scores, codec));
      if (this.#closed) {
        producer.close();
        return;
      }
      this.#built = { producer, codec, parameters };
      if (codec) await this.#begin(this.#built);
    }
    const { producer } = this.#built;
    if (producer.paused !== muted) await (muted ? producer.pause() : producer.resume());
  }

  /** Waits until another change is due; false if `codec` is not what is wanted by then. */
  async #mayChange(codec: PayloadType | undefined): Promise<boolean> {
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
    if (this.#closed || codec !== this.#wanted.codec) return false;
    this.#changedMs = performance.now();
    return true;
  }

  #parameters(codec: PayloadType | undefined): types.RtpParameters {
    const { media, source, feedbackSsrcs } = this.#options;
    return codec
      ? producerParameters(source, media, codec, feedbackSsrcs)
      : probeParameters(source.encodings);
  }

  async #begin({ producer, parameters }: Built): Promise<void> {
    const { kind, encodings } = this.source;
    if (kind === 'video') {
      // What was told of the former codec stands until the first sample.
      this.#meter = new LayerMeter(encodings, producer.type === 'svc', this.#meter?.layers);
    }
    this.#options.listener.producerChanged(this);
    const unused = encodings.slice(parameters.encodings?.length ?? 0);
    if (unused.length === 0) return;
    const watch = await this.#produce(probeParameters(unused), false);
    if (this.#closed) watch.close();
    else this.#watch = watch;
  }

  async #produce(rtpParameters: types.RtpParameters, paused: boolean): Promise<types.Producer> {
    const producer = await this.#options.transport.produce({
      kind: this.source.kind,
      rtpParameters,
      paused,
      keyFrameRequestDelay: KEY_FRAME_REQUEST_DELAY_MS,
    });
    producer.on('trace', (trace) => this.#notice(trace));
    return producer;
  }

  #notice(trace: types.ProducerTraceEventData): void {
    const notice = payloadTypeNotice(trace);
    if (!notice || this.#closed || this.source.kind === 'audio') return;
    if (!this.source.encodings.some(({ ssrc }) => ssrc === notice.ssrc)) return; // an RTX stream
    const codec = mediaCodec(this.#options.media, notice.payloadType);
    if (codec && codec !== this.#wanted.codec) this.#want({ ...this.#wanted, codec });
  }

  #scored(
    producer: types.Producer,
    scores: readonly types.ProducerScore[],
    codec: PayloadType | undefined,
  ): void {
    if (!codec || producer !== this.producer) return;
    if (codec.name !== this.#toldCodec) {
      this.#toldCodec = codec.name;
      this.#options.listener.codecKnown(this, codec.name);
    }
    // The worker gives 0 to a stream without packets for 1.5 s.
    const before = this.#meter?.layers;
    for (const { ssrc, score } of scores) {
      if (score === 0) this.#meter?.silence(ssrc);
    }
    if (this.#meter?.layers !== before) this.#tellLayers();
  }

  #tellLayers(): void {
    this.#options.listener.layersChanged(this, this.#meter?.layers ?? []);
  }

  #discard(): void {
    const built = this.#built;
    this.#built = undefined;
    this.#watch?.close();
    this.#watch = undefined;
    built?.producer.close();
  }

  #failed(error: unknown): void {
    if (this.#closed || this.#options.transport.closed) return;
    this.#options.listener.refused(this, error instanceof Error ? error.message : String(error));
  }
}
