import nodeDataChannel, {
  type DataChannel,
  type PeerConnection,
  type Track,
} from 'node-datachannel';
import type { MediaDescription } from '../../../src/model/media-description.ts';
import type { LocalTransport, RemoteTransport } from '../../../src/model/transport.ts';
import { parseRtcp, type RtcpPacket } from '../../../loadtest/rtp/rtcp-packet.ts';
import { isRtcp, parseRtp, type RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { TransportCcReceiver } from '../../../loadtest/rtp/transport-cc.ts';
import { offerSdp } from '../../../loadtest/client/offer-sdp.ts';
import { openTcpPath, type TcpPath } from './tcp-path.ts';

export type ClientOptions = {
  readonly name: string;
  /** What the bridge answered to the allocation. */
  readonly transport: LocalTransport;
  readonly media: readonly MediaDescription[];
  /** Open a data channel as lib-jitsi-meet does; `awaited`: take the one that the bridge opens, as in 2018. */
  readonly dataChannel?: boolean | 'awaited';
  /** `tcp`: only the bridge's TCP candidate is used. */
  readonly protocol?: 'udp' | 'tcp';
  /** The client's DTLS role; browsers that answer are active. */
  readonly setup?: 'active' | 'passive';
};

/**
 * A WebRTC client as the bridge sees it: ICE, DTLS, SRTP and SCTP are libdatachannel's, RTP and RTCP are the test's own packets.
 * It knows no signalling: give it the bridge's transport, give the bridge `remoteTransport()`.
 */
export class WebRtcClient {
  readonly name: string;
  /** Everything received, in order. */
  readonly received: RtpPacket[] = [];
  readonly feedback: RtcpPacket[] = [];
  /** Called with every RTP packet that arrives. */
  onRtp: (packet: RtpPacket) => void = () => undefined;
  /** Text received on the data channel. */
  readonly messages: string[] = [];
  readonly #peer: PeerConnection;
  readonly #setup: 'active' | 'passive';
  readonly #tcpPath: TcpPath | undefined;
  readonly #congestion = new TransportCcReceiver();
  #feedbackTimer: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<(packet: RtcpPacket) => void>();
  #track: Track | undefined;
  #channel: DataChannel | undefined;
  #channelOpen = false;

  private constructor(options: ClientOptions, tcpPath: TcpPath | undefined) {
    this.name = options.name;
    this.#setup = options.setup ?? 'active';
    this.#tcpPath = tcpPath;
    this.#peer = new nodeDataChannel.PeerConnection(options.name, {
      iceServers: [],
      bindAddress: options.transport.candidates[0]?.ip === '::1' ? '::1' : '127.0.0.1',
      disableAutoNegotiation: true,
      maxMessageSize: 262_144,
    });
    this.#peer.onTrack((track) => {
      this.#track = track;
      track.onMessage((data) => this.#take(data));
    });
    const offer = offerSdp({
      transport: tcpPath
        ? { ...options.transport, candidates: [tcpPath.candidate] }
        : options.transport,
      media: options.media,
      dataChannel: Boolean(options.dataChannel),
      setup: this.#setup === 'active' ? 'actpass' : 'active',
    });
    this.#peer.onDataChannel((channel) => this.#use(channel));
    this.#peer.setRemoteDescription(offer, 'offer');
    if (options.dataChannel === true) this.#openChannel();
    this.#peer.setLocalDescription('answer');
  }

  static async create(options: ClientOptions): Promise<WebRtcClient> {
    if (options.protocol !== 'tcp') return new WebRtcClient(options, undefined);
    const candidate = options.transport.candidates.find(({ protocol }) => protocol === 'tcp');
    if (!candidate) throw new Error('the bridge signalled no TCP candidate');
    return new WebRtcClient(options, await openTcpPath(candidate));
  }

  /** The client's side, for the bridge. */
  remoteTransport(): RemoteTransport {
    const sdp = this.#peer.localDescription()?.sdp ?? '';
    const line = (name: string) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim() ?? '';
    const [hash = '', value = ''] = line('fingerprint').split(' ');
    return {
      credentials: { ufrag: line('ice-ufrag'), pwd: line('ice-pwd') },
      candidates: [],
      fingerprints: [{ hash: hash.toLowerCase(), value, setup: this.#setup }],
    };
  }

  get connected(): boolean {
    return this.#peer.state() === 'connected' && this.#track?.isOpen() === true;
  }

  get state(): string {
    return this.#peer.state();
  }

  /** Label and stream of the data channel, once there is one. */
  get channel(): { readonly label: string; readonly stream: number | null } | undefined {
    return this.#channel && { label: this.#channel.getLabel(), stream: this.#channel.getId() };
  }

  get channelOpen(): boolean {
    return this.#channelOpen;
  }

  /** Sends RTP or RTCP; dropped silently before the transport is connected, as a socket would. */
  send(packet: Buffer): void {
    if (this.#track?.isOpen()) this.#track.sendMessageBinary(packet);
  }

  sendText(text: string): void {
    this.#channel?.sendMessage(text);
  }

  closeChannel(): void {
    this.#channel?.close();
  }

  sendBinary(data: Buffer): void {
    this.#channel?.sendMessageBinary(data);
  }

  /** @returns how to stop listening */
  onFeedback(listener: (packet: RtcpPacket) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  packetsOf(ssrc: number): RtpPacket[] {
    return this.received.filter((packet) => packet.ssrc === ssrc);
  }

  feedbackOf<T extends RtcpPacket['type']>(type: T): Extract<RtcpPacket, { type: T }>[] {
    return this.feedback.filter((packet) => packet.type === type) as Extract<
      RtcpPacket,
      { type: T }
    >[];
  }

  close(): void {
    // Packets may still come, and what throws on the library's thread ends the process.
    this.onRtp = () => undefined;
    clearInterval(this.#feedbackTimer);
    this.#peer.close();
    this.#tcpPath?.close();
  }

  #openChannel(): void {
    const protocol = 'http://jitsi.org/protocols/colibri';
    this.#use(this.#peer.createDataChannel('JVB data channel', { protocol }));
  }

  #use(channel: DataChannel): void {
    this.#channel = channel;
    this.#channelOpen = channel.isOpen();
    channel.onOpen(() => (this.#channelOpen = true));
    channel.onClosed(() => (this.#channelOpen = false));
    channel.onMessage((message) => {
      if (typeof message === 'string') this.messages.push(message);
    });
  }

  #reportArrivals(media: number): void {
    const feedback = this.#congestion.feedback(1, media);
    if (feedback) this.send(feedback);
  }

  #take(data: Buffer): void {
    if (!isRtcp(data)) {
      const packet = parseRtp(data);
      this.received.push(packet);
      this.onRtp(packet);
      this.#congestion.onPacket(packet);
      // As often as libwebrtc reports.
      this.#feedbackTimer ??= setInterval(() => this.#reportArrivals(packet.ssrc), 100);
      return;
    }
    for (const packet of parseRtcp(data)) {
      this.feedback.push(packet);
      for (const listener of this.#listeners) listener(packet);
    }
  }
}
