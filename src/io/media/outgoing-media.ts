import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { messageOf } from '../../base/message-of.ts';
import { Reconciler } from '../../base/reconciler.ts';
import type { ForwardedStream, ForwardingPlan } from '../../conference/ports.ts';
import type { SourceName, Ssrc } from '../../model/ids.ts';
import type { LayerIndex } from '../../model/layer.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import type { ConferenceRouter } from './conference-router.ts';
import { keepingSame } from './media-descriptions.ts';
import type { BitrateOptions, KeyframeLimit } from './media-options.ts';
import { exactly } from './ortc-override.ts';
import { ProbingGoal } from './probing-goal.ts';
import type { ReceivedSource } from './received-source.ts';
import { consumerParameters, engineLayers, type FeedbackSsrcs } from './rtp-parameters.ts';
import { SentStream } from './sent-stream.ts';
import type { SourceRegistry } from './source-registry.ts';
import { SsrcBudget } from './ssrc-budget.ts';

/** Outgoing SSRCs of one transport, over its life. */
const MAX_SENT_SSRCS = 2000;

export type OutgoingMediaOptions = {
  readonly media: readonly MediaDescription[];
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly keyframes: KeyframeLimit;
  readonly bitrates: BitrateOptions;
  readonly transport: types.WebRtcTransport;
  readonly router: ConferenceRouter;
  readonly registry: SourceRegistry;
  readonly onForwarding: (source: SourceName, layer: LayerIndex | undefined) => void;
  readonly onRefused: (source: SourceName, reason: string) => void;
  readonly log: Logger;
};

/** What one endpoint is sent: keeps consumers as the last plan says (docs/media-plane.md, "A forwarding plan"). */
export class OutgoingMedia {
  readonly #options: OutgoingMediaOptions;
  readonly #sent = new Map<Ssrc, SentStream>();
  readonly #budget = new SsrcBudget(MAX_SENT_SSRCS);
  readonly #reconciler: Reconciler<ForwardingPlan>;
  readonly #unwatch: () => void;
  #goal: ProbingGoal;
  #transport: types.WebRtcTransport;
  #router: ConferenceRouter;
  #plan: ForwardingPlan = { streams: [], idealBps: 0 };
  #media: readonly MediaDescription[];
  /** What streams of a kind were last opened with. */
  #opened: readonly MediaDescription[];

  constructor(options: OutgoingMediaOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#router = options.router;
    this.#media = options.media;
    this.#opened = options.media;
    this.#reconciler = new Reconciler(
      (plan) => this.#apply(plan),
      (error) => options.log.error({ err: error }, 'forwarding plan could not be applied'),
    );
    this.#goal = new ProbingGoal(options.transport, options.bitrates);
    this.#unwatch = options.registry.watch((received, router) => {
      // Of another router a pipe may have to be made.
      if (router === this.#router || router === received.router) this.#producerChanged(received);
    });
  }

  set(plan: ForwardingPlan): void {
    this.#plan = plan;
    this.#goal.set(plan.idealBps);
    this.#reconciler.set(plan);
  }

  /** Streams of a kind that was described anew are opened anew, on the SSRCs they have. */
  setOffer(media: readonly MediaDescription[]): void {
    this.#media = keepingSame(media, this.#media);
    this.#reconciler.set(this.#plan);
  }

  /** The worker died with all it had: the plan is sent through this transport of another one from now on. */
  moveTo(transport: types.WebRtcTransport, router: ConferenceRouter): void {
    this.#transport = transport;
    this.#router = router;
    this.#goal = new ProbingGoal(transport, this.#options.bitrates);
    this.#goal.set(this.#plan.idealBps);
    this.#sent.clear();
    this.#reconciler.set(this.#plan);
  }

  settled(): Promise<void> {
    return this.#reconciler.settled();
  }

  /** Consumers there are. */
  get size(): number {
    return this.#sent.size;
  }

  close(): void {
    this.#unwatch();
    this.#reconciler.close();
    for (const sent of this.#sent.values()) sent.close();
    this.#sent.clear();
  }

  #producerChanged({ owner, source }: ReceivedSource): void {
    const concerned = this.#plan.streams.some(
      (stream) => stream.owner === owner && stream.source === source.name,
    );
    if (concerned) this.#reconciler.set(this.#plan);
  }

  async #apply({ streams }: ForwardingPlan): Promise<void> {
    const wanted = new Map(streams.map((stream) => [stream.ssrc, stream]));
    const unchanged = new Set(
      this.#media.filter((media) => this.#opened.includes(media)).map(({ kind }) => kind),
    );
    this.#opened = this.#media;
    for (const [ssrc, sent] of this.#sent) {
      const next = wanted.get(ssrc);
      if (next && unchanged.has(next.kind) && sent.serves(next)) continue;
      sent.close();
      this.#sent.delete(ssrc);
    }
    // No await up to here and none in `#open` before its request: close and create reach the worker together.
    const changes = [...wanted.values()].map((stream) => {
      const sent = this.#sent.get(stream.ssrc);
      return sent ? sent.setLayer(stream.layer) : this.#open(stream);
    });
    const outcomes = await Promise.allSettled(changes);
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    for (const { reason } of failed) this.#failed(reason);
  }

  async #open(stream: ForwardedStream): Promise<void> {
    const { registry, onForwarding, onRefused } = this.#options;
    const consumable = registry.find(stream.owner, stream.source)?.consumableOn(this.#router);
    const description = this.#media.find(({ kind }) => kind === stream.kind);
    if (!consumable || !description) return;
    const { producer, parameters: sentParameters } = consumable;
    const parameters = consumerParameters(stream, sentParameters, description, this.#options);
    // The receiver was not offered the codec this source uses now: nothing it could decode.
    if (!parameters) return;
    const ssrcs = stream.rtx === undefined ? [stream.ssrc] : [stream.ssrc, stream.rtx];
    if (!this.#budget.admit(ssrcs)) {
      onRefused(stream.source, `${MAX_SENT_SSRCS} SSRCs were sent on, the most a transport takes`);
      return;
    }
    const preferredLayers = stream.layer && engineLayers(producer.type, stream.layer);
    const transport = this.#transport;
    const consumer = await transport
      .consume({
        producerId: producer.id,
        rtpCapabilities: exactly(parameters),
        ...(stream.mid !== undefined && { mid: stream.mid }),
        ...(preferredLayers && { preferredLayers }),
      })
      .catch((error: unknown) => {
        // What went between the decision and the request announces its successor.
        if (!transport.closed && !producer.closed) onRefused(stream.source, messageOf(error));
      });
    if (!consumer) return;
    const sent = new SentStream(stream, consumable, consumer, (layer) =>
      onForwarding(stream.source, layer),
    );
    this.#sent.set(stream.ssrc, sent);
  }

  #failed(error: unknown): void {
    const { log } = this.#options;
    if (this.#transport.closed) return;
    log.warn({ err: error }, 'a stream could not be changed');
  }
}
