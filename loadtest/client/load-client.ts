import type { Clock, Timers } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import type { MediaDescription } from '../../src/model/media-description.ts';
import { sourceName } from '../../src/model/ids.ts';
import type { LocalTransport, RemoteTransport } from '../../src/model/transport.ts';
import type { BridgeMessage } from '../../src/protocol/channel/bridge-message.ts';
import { Link } from '../media/link.ts';
import type { Measurements } from '../media/measurements.ts';
import type { Pacer } from '../media/pacer.ts';
import { type Flow, ReceiverLog } from '../media/receiver-log.ts';
import { restamp } from '../media/stamp.ts';
import type { Trace } from '../media/trace.ts';
import { parseRtcp } from '../rtp/rtcp-packet.ts';
import { isRtcp } from '../rtp/rtp-packet.ts';
import {
  BridgeChannel,
  type ChannelEvents,
  type ChannelTransport,
  openWebSocket,
} from './bridge-channel.ts';
import { type ClientSpec, endpointOf, participantOf } from './client-spec.ts';
import { ssrcsOf } from './client-sources.ts';
import { MediaReceiver } from './media-receiver.ts';
import { MediaSender, type SentStream } from './media-sender.ts';
import { Peer } from './peer.ts';
import { VideoRequests } from './view.ts';

export type LoadClientOptions = {
  readonly spec: ClientSpec;
  /** The bridge's side of the transport. */
  readonly transport: LocalTransport;
  readonly webSocketUrl: string | undefined;
  readonly media: readonly MediaDescription[];
  readonly trace: Trace | undefined;
  /** By the same participant over a connection that it had before: its packets are counted on. */
  readonly sentBefore: readonly SentStream[];
  /** Of its group. */
  readonly totals: Measurements;
  /** Of what comes from a group of senders. */
  readonly from: (group: number) => Measurements;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
};

/** When a client reached what, µs of the monotonic clock; undefined = not yet. */
export type Milestones = {
  readonly participant: number;
  readonly ice: number | undefined;
  readonly dtls: number | undefined;
  readonly channel: number | undefined;
  readonly firstAudio: number | undefined;
  readonly firstFrame: number | undefined;
  readonly lastAudio: number | undefined;
  readonly lastFrame: number | undefined;
  /** What its connection lacks now; undefined = nothing. */
  readonly missing: string | undefined;
};

/** One synthetic participant, from its transport to what it saw. */
export class LoadClient {
  readonly #options: LoadClientOptions;
  readonly #peer: Peer;
  readonly #log: ReceiverLog;
  readonly #receiver: MediaReceiver;
  readonly #channel: BridgeChannel;
  readonly #up: Link;
  readonly #down: Link;
  readonly #requests = new VideoRequests();
  #sender: MediaSender | undefined;
  #others: readonly number[] = [];
  #speaker: number | undefined;
  /** What the bridge said of our camera, maybe before it started. */
  #maxHeight: number | undefined;
  #ice: number | undefined;
  #dtls: number | undefined;
  #channelOpen: number | undefined;
  #failed = false;

  constructor(options: LoadClientOptions) {
    this.#options = options;
    const { spec, transport, media, totals, from, random } = options;
    this.#log = new ReceiverLog(spec.participant, totals, from, spec.loudest === 0);
    this.#up = new Link(spec.network.up, random);
    this.#down = new Link(spec.network.down, random);
    this.#receiver = new MediaReceiver({
      log: this.#log,
      feedbackSsrc: ssrcsOf(spec.participant).feedback,
      media,
      send: (packet) => this.#send(packet),
    });
    this.#channel = new BridgeChannel({
      connect: (events) => this.#openChannel(events),
      retries: spec.channel === 'websocket',
      timers: options.timers,
      onOpen: () => this.#onChannelOpen(),
      onMessage: this.#onMessage,
    });
    this.#peer = new Peer({
      name: endpointOf(spec.participant),
      transport,
      media,
      dataChannel: spec.channel === 'sctp',
      onPacket: (packet) => this.#onPacket(packet),
      onIce: () => (this.#ice ??= this.#nowUs()),
      onConnected: () => this.#onConnected(),
      onFailed: () => (this.#failed = true),
    });
  }

  /** The client's side, for the bridge. */
  remoteTransport(): RemoteTransport {
    return this.#peer.remoteTransport();
  }

  /** Opens the bridge channel; the bridge must know the client's transport by now. */
  start(): void {
    this.#channel.connect();
  }

  /** @param others participants of the room with a camera */
  setOthers(others: readonly number[]): void {
    this.#others = others.filter((other) => other !== this.#options.spec.participant);
    this.#askForVideo();
  }

  tick(nowUs: number): void {
    this.#receiver.tick(nowUs);
    this.#sender?.tick(nowUs);
  }

  /** Stops sending; what is under way can still arrive. */
  silence(): void {
    this.#sender?.stop();
  }

  close(): void {
    this.#sender?.stop();
    this.#channel.close();
    this.#peer.close();
  }

  milestones(): Milestones {
    return {
      participant: this.#options.spec.participant,
      ice: this.#ice,
      dtls: this.#dtls,
      channel: this.#channelOpen,
      firstAudio: this.#log.firstAudioUs,
      firstFrame: this.#log.firstFrameUs,
      lastAudio: this.#log.lastAudioUs,
      lastFrame: this.#log.lastFrameUs,
      missing: this.#missing(),
    };
  }

  get flows(): readonly Flow[] {
    return this.#log.flows;
  }

  sent(): readonly SentStream[] {
    return this.#sender?.sent() ?? this.#options.sentBefore;
  }

  #openChannel(events: ChannelEvents): ChannelTransport {
    const { spec, webSocketUrl } = this.#options;
    if (spec.channel === 'sctp') return this.#peer.openChannel(events);
    if (webSocketUrl === undefined) throw new Error('the bridge offers no channel over WebSocket');
    return openWebSocket(webSocketUrl, events);
  }

  #missing(): string | undefined {
    if (this.#ice === undefined) return 'ICE did not connect';
    if (this.#dtls === undefined) return 'DTLS did not connect';
    if (this.#failed) return 'ICE or DTLS broke off';
    if (this.#channel.open) return undefined;
    const { closedBy } = this.#channel;
    return closedBy === undefined ? 'no bridge channel' : `no bridge channel: ${closedBy}`;
  }

  #onConnected(): void {
    this.#failed = false;
    this.#dtls ??= this.#nowUs();
    const { spec, media, trace, sentBefore, totals, pacer, random, clock } = this.#options;
    this.#sender ??= new MediaSender({
      spec,
      media,
      trace,
      sentBefore,
      totals,
      pacer,
      random,
      clock,
      send: (packet) => this.#send(packet),
    });
    if (this.#maxHeight !== undefined) this.#sender.setMaxHeight(this.#maxHeight);
  }

  #onChannelOpen(): void {
    this.#channelOpen ??= this.#nowUs();
    const { participant, video } = this.#options.spec;
    if (video !== undefined) {
      this.#channel.send({
        colibriClass: 'SourceVideoTypeMessage',
        sourceName: sourceName(`${endpointOf(participant)}-v0`),
        videoType: 'camera',
      });
    }
    this.#requests.forget();
    this.#askForVideo();
  }

  readonly #onMessage = (message: BridgeMessage): void => {
    switch (message.colibriClass) {
      case 'VideoSourcesMap':
      case 'AudioSourcesMap': {
        this.#receiver.onMap(message, this.#nowUs());
        return;
      }
      case 'ForwardedSources': {
        this.#receiver.onForwarded(message.forwardedSources);
        return;
      }
      case 'SenderSourceConstraints':
        this.#maxHeight = message.maxHeight;
        return this.#sender?.setMaxHeight(message.maxHeight);
      case 'DominantSpeakerEndpointChangeEvent':
        this.#speaker = participantOf(message.dominantSpeakerEndpoint);
        if (this.#options.spec.view === 'stage') this.#askForVideo();
        return;
      default:
        return;
    }
  };

  #askForVideo(): void {
    if (!this.#channel.open) return;
    const request = this.#requests.next(this.#options.spec, this.#others, this.#speaker);
    if (!request) return;
    this.#channel.send(request);
    this.#log.viewChanged(this.#nowUs());
  }

  #onPacket(data: Buffer): void {
    const arrivedUs = this.#nowUs();
    this.#options.totals.count('datagrams');
    const held = this.#down.take(data.length, arrivedUs);
    if (held === undefined) {
      this.#options.totals.count('shapedDown');
      return;
    }
    if (held === 0) {
      this.#take(data, arrivedUs, 0);
      return;
    }
    this.#options.timers.after(held / 1000, () => {
      const nowUs = this.#nowUs();
      this.#options.totals.record('heldDown', nowUs - arrivedUs);
      this.#take(data, nowUs, nowUs - arrivedUs);
    });
  }

  #take(data: Buffer, nowUs: number, heldUs: number): void {
    if (!isRtcp(data)) {
      this.#receiver.onRtp(data, nowUs, heldUs);
      return;
    }
    for (const packet of parseRtcp(data)) {
      if (packet.type === 'sender-report') {
        this.#receiver.onSenderReport(packet.ssrc, packet.ntp, nowUs);
      }
      this.#sender?.onFeedback(packet);
    }
  }

  #send(packet: Buffer): void {
    if (!isRtcp(packet)) this.#options.totals.count('sentBytes', packet.length);
    const handedUs = this.#nowUs();
    this.#options.totals.count('datagramsSent');
    const held = this.#up.take(packet.length, handedUs);
    if (held === undefined) {
      this.#options.totals.count('shapedUp');
      return;
    }
    if (held === 0) this.#peer.send(packet);
    else this.#options.timers.after(held / 1000, () => this.#sendLate(packet, handedUs));
  }

  #sendLate(packet: Buffer, handedUs: number): void {
    const nowUs = this.#nowUs();
    this.#options.totals.record('heldUp', nowUs - handedUs);
    restamp(packet, nowUs);
    this.#peer.send(packet);
  }

  #nowUs(): number {
    return this.#options.clock.nowMs() * 1000;
  }
}
