import type { MediaDescription, MediaKind } from '../../src/model/media-description.ts';
import type { BridgeMessage } from '../../src/protocol/channel/bridge-message.ts';
import { ReceivedStream } from '../media/received-stream.ts';
import type { ReceiverLog } from '../media/receiver-log.ts';
import { buildNack, buildPli, buildReceiverReport } from '../rtp/rtcp-packet.ts';
import { parseRtp } from '../rtp/rtp-packet.ts';
import { TransportCcReceiver } from '../rtp/transport-cc.ts';
import { participantOf } from './client-spec.ts';
import { receivingTable } from './payload-types.ts';

type SourcesMap = Extract<BridgeMessage, { mappedSources: unknown }>;

/** What the bridge's map says an SSRC stands for. */
type Owner = { readonly source: string; readonly sinceUs: number };

/** Map and media travel apart: packets of the former source may come this long after the map. */
const MAP_GRACE_US = 1_000_000;
/** Blocks in one receiver report (RFC 3550 §6.4.2: five bits). */
const MAX_BLOCKS = 31;
/** Streams an endpoint may meet, so that a faulty bridge cannot grow us without end. */
const MAX_STREAMS = 4_000;
const REPORT_US = 1_000_000;
const FEEDBACK_US = 100_000;

/** Everything a client receives: streams by SSRC, the maps that say what they are, and the reports about them. */
export class MediaReceiver {
  readonly #log: ReceiverLog;
  readonly #feedbackSsrc: number;
  readonly #types: ReadonlyMap<number, MediaKind | 'rtx'>;
  readonly #send: (packet: Buffer) => void;
  readonly #streams = new Map<number, ReceivedStream>();
  readonly #ownerOf = new Map<number, Owner>();
  readonly #mediaOfRtx = new Map<number, number>();
  readonly #congestion = new TransportCcReceiver();
  /** Of the video that came last, or else of any voice: what feedback of the whole transport names. */
  #mediaSsrc: number | undefined;
  #reportedUs = 0;
  #feedbackUs = 0;

  constructor(options: {
    readonly log: ReceiverLog;
    readonly feedbackSsrc: number;
    readonly media: readonly MediaDescription[];
    readonly send: (packet: Buffer) => void;
  }) {
    this.#log = options.log;
    this.#feedbackSsrc = options.feedbackSsrc;
    this.#types = receivingTable(options.media);
    this.#send = options.send;
  }

  /** SSRC rewriting: says which source an SSRC stands for now (bridge-channel.md §3.4). */
  onMap(message: SourcesMap, nowUs: number): void {
    for (const mapping of message.mappedSources) {
      const isNews = this.#ownerOf.get(mapping.ssrc)?.source !== mapping.source;
      if (isNews) this.#ownerOf.set(mapping.ssrc, { source: mapping.source, sinceUs: nowUs });
      if ('rtx' in mapping) this.#mediaOfRtx.set(mapping.rtx, mapping.ssrc);
    }
  }

  onForwarded(sources: readonly string[]): void {
    for (const [ssrc, stream] of this.#streams) {
      const owner = this.#ownerOf.get(ssrc)?.source;
      if (stream.kind === 'video' && owner !== undefined && !sources.includes(owner)) {
        stream.onHidden();
      }
    }
  }

  /** @param heldUs how long the client's own network profile held it */
  onRtp(data: Buffer, nowUs: number, heldUs: number): void {
    const packet = parseRtp(data);
    const type = this.#types.get(packet.payloadType);
    if (type === undefined) {
      this.#log.totals.count('probes');
      return;
    }
    this.#congestion.onPacket(packet, nowUs);
    this.#log.totals.count('receivedBytes', data.length);
    if (type === 'rtx') {
      const media = this.#mediaOfRtx.get(packet.ssrc);
      // A retransmission whose SSRC no map named, or an empty one: padding that probes the bandwidth.
      if (media === undefined) {
        this.#log.totals.count('probes');
        return;
      }
      return this.#stream(media, 'video')?.onRtx(packet, nowUs);
    }
    if (type === 'video' || this.#mediaSsrc === undefined) this.#mediaSsrc = packet.ssrc;
    const stream = this.#stream(packet.ssrc, type);
    stream?.onPacket(packet, nowUs, heldUs);
    if (stream) this.#checkOwner(stream, nowUs);
  }

  onSenderReport(ssrc: number, ntp: number, nowUs: number): void {
    this.#streams.get(ssrc)?.onSenderReport(ntp, nowUs);
  }

  /** Sends what is due: NACKs and PLIs at once, transport feedback every 100 ms, receiver reports every second, as libwebrtc does. */
  tick(nowUs: number): void {
    for (const stream of this.#streams.values()) this.#askFor(stream, nowUs);
    if (nowUs - this.#feedbackUs >= FEEDBACK_US && this.#mediaSsrc !== undefined) {
      this.#feedbackUs = nowUs;
      const feedback = this.#congestion.feedback(this.#feedbackSsrc, this.#mediaSsrc);
      if (feedback) this.#send(feedback);
    }
    if (nowUs - this.#reportedUs >= REPORT_US) {
      this.#reportedUs = nowUs;
      this.#report(nowUs);
    }
  }

  /** What a map says must be what comes (ARCHITECTURE.md, invariant 3). */
  #checkOwner({ ssrc, sender }: ReceivedStream, nowUs: number): void {
    const owner = this.#ownerOf.get(ssrc);
    if (!owner || sender === undefined || nowUs - owner.sinceUs < MAP_GRACE_US) return;
    if (participantOf(owner.source) !== sender) this.#log.totals.count('misattributed');
  }

  #askFor(stream: ReceivedStream, nowUs: number): void {
    const { nacks, pli } = stream.due(nowUs);
    if (nacks.length > 0) {
      this.#log.totals.count('nacksSent', nacks.length);
      this.#send(buildNack(this.#feedbackSsrc, stream.ssrc, nacks));
    }
    if (pli) {
      this.#log.totals.count('plisSent');
      this.#send(buildPli(this.#feedbackSsrc, stream.ssrc));
    }
  }

  #report(nowUs: number): void {
    const blocks = [...this.#streams.values()].flatMap((stream) => stream.reportBlock(nowUs) ?? []);
    for (let at = 0; at < blocks.length; at += MAX_BLOCKS) {
      this.#send(buildReceiverReport(this.#feedbackSsrc, blocks.slice(at, at + MAX_BLOCKS)));
    }
  }

  #stream(ssrc: number, kind: MediaKind): ReceivedStream | undefined {
    const known = this.#streams.get(ssrc);
    if (known) return known;
    if (this.#streams.size >= MAX_STREAMS) return undefined;
    const stream = new ReceivedStream(ssrc, kind, this.#log);
    this.#streams.set(ssrc, stream);
    return stream;
  }
}
