import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { Reconciler } from '../../base/reconciler.ts';
import type { Reception } from '../../conference/ports.ts';
import type { EndpointId, SourceName, Ssrc } from '../../model/ids.ts';
import type { MediaDescription, MediaKind } from '../../model/media-description.ts';
import type { Source } from '../../model/source.ts';
import { keepingSame } from './media-descriptions.ts';
import type { ConferenceRouter } from './conference-router.ts';
import type { KeyframeLimit } from './media-options.ts';
import { ReceivedSource, type ReceivedSourceListener } from './received-source.ts';
import type { RouterPipes } from './router-pipes.ts';
import { audioCodec, type FeedbackSsrcs } from './rtp-parameters.ts';
import type { SourceRegistry } from './source-registry.ts';
import { SsrcBudget } from './ssrc-budget.ts';

/** Incoming SSRCs of one transport, over its life. */
const MAX_RECEIVED_SSRCS = 500;

export type IncomingMediaOptions = {
  readonly endpointId: EndpointId;
  readonly media: readonly MediaDescription[];
  readonly feedbackSsrcs: FeedbackSsrcs;
  readonly keyframes: KeyframeLimit;
  readonly transport: types.WebRtcTransport;
  readonly router: ConferenceRouter;
  readonly pipes: RouterPipes;
  readonly registry: SourceRegistry;
  readonly listener: ReceivedSourceListener;
  readonly onRefused: (source: SourceName, reason: string) => void;
  readonly log: Logger;
};

/** What one endpoint sends: keeps its `ReceivedSource`s as the last `Reception` says. */
export class IncomingMedia {
  readonly #options: IncomingMediaOptions;
  readonly #sources = new Map<SourceName, ReceivedSource>();
  readonly #budget = new SsrcBudget(MAX_RECEIVED_SSRCS);
  readonly #reconciler: Reconciler<Reception>;
  #transport: types.WebRtcTransport;
  #router: ConferenceRouter;
  #media: readonly MediaDescription[];
  #reception: Reception | undefined;

  constructor(options: IncomingMediaOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#router = options.router;
    this.#media = options.media;
    this.#reconciler = new Reconciler(
      (reception) => this.#apply(reception),
      (error) => options.log.error({ err: error }, 'sources could not be set'),
    );
  }

  set(reception: Reception): void {
    this.#reception = reception;
    this.#reconciler.set(reception);
  }

  /** Sources of a kind that was described anew are received anew. */
  setOffer(media: readonly MediaDescription[]): void {
    this.#media = keepingSame(media, this.#media);
    if (this.#reception) this.#reconciler.set(this.#reception);
  }

  /** The worker died: everything is received through this transport of another one from now on. */
  moveTo(transport: types.WebRtcTransport, router: ConferenceRouter): void {
    this.#transport = transport;
    this.#router = router;
    for (const source of this.#sources.values()) source.moveTo(transport, router);
  }

  /** Its endpoint is lost. */
  cease(): void {
    for (const source of this.#sources.values()) source.cease();
  }

  async settled(): Promise<void> {
    await this.#reconciler.settled();
    await Promise.all([...this.#sources.values()].map((source) => source.settled()));
  }

  close(): void {
    this.#reconciler.close();
    for (const received of this.#sources.values()) {
      this.#options.registry.remove(received);
      void received.close();
    }
    this.#sources.clear();
  }

  async #apply({ sources, muted }: Reception): Promise<void> {
    const wanted = new Map(sources.map((source) => [source.name, source]));
    const closing: Promise<void>[] = [];
    for (const [name, received] of this.#sources) {
      const next = wanted.get(name);
      const isDescribed = received.media === this.#described(received.source.kind);
      if (next && isDescribed && sameStreams(next, received.source)) continue;
      this.#sources.delete(name);
      this.#options.registry.remove(received);
      closing.push(received.close());
    }
    // An SSRC may move from one source to another: the worker must have let go of it.
    await Promise.all(closing);
    for (const source of sources) {
      const received = this.#sources.get(source.name);
      if (received) received.setMuted(muted[source.kind]);
      else if (source.encodings.length > 0) this.#add(source, muted[source.kind]);
    }
  }

  #add(source: Source, muted: boolean): void {
    const { endpointId, registry, onRefused } = this.#options;
    const description = this.#described(source.kind);
    const reason = this.#objection(source, description);
    if (reason !== undefined || description === undefined) {
      onRefused(source.name, reason ?? '');
      return;
    }
    const received = new ReceivedSource({
      ...this.#options,
      transport: this.#transport,
      router: this.#router,
      owner: endpointId,
      source,
      media: description,
      muted,
    });
    this.#sources.set(source.name, received);
    registry.add(received);
  }

  #described(kind: MediaKind): MediaDescription | undefined {
    return this.#media.find((media) => media.kind === kind);
  }

  #objection(source: Source, description: MediaDescription | undefined): string | undefined {
    if (!description) return `no ${source.kind} was offered to the endpoint`;
    if (source.kind === 'audio' && !audioCodec(description)) return 'opus was not offered';
    const ssrcs = ssrcsOf(source);
    const taken = new Set([...this.#sources.values()].flatMap((other) => ssrcsOf(other.source)));
    const double = ssrcs.find((ssrc, place) => taken.has(ssrc) || ssrcs.indexOf(ssrc) !== place);
    if (double !== undefined) return `SSRC ${double} is used twice`;
    if (!this.#budget.admit(ssrcs))
      return `the endpoint has used ${MAX_RECEIVED_SSRCS} SSRCs, the most a transport takes`;
    return undefined;
  }
}

function ssrcsOf({ encodings }: Source): Ssrc[] {
  return encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [ssrc] : [ssrc, rtx]));
}

/** Whether the same producer can serve both: other attributes do not matter to the engine. */
function sameStreams(a: Source, b: Source): boolean {
  return (
    a.kind === b.kind &&
    a.synthetic === b.synthetic &&
    a.encodings.length === b.encodings.length &&
    a.encodings.every(
      ({ ssrc, rtx }, place) => ssrc === b.encodings[place]?.ssrc && rtx === b.encodings[place].rtx,
    )
  );
}
