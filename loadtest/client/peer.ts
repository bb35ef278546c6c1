import nodeDataChannel, {
  type DataChannel,
  type PeerConnection,
  type Track,
} from 'node-datachannel';
import type { MediaDescription } from '../../src/model/media-description.ts';
import type { LocalTransport, RemoteTransport } from '../../src/model/transport.ts';
import type { ChannelEvents, ChannelTransport } from './bridge-channel.ts';
import { offerSdp } from './offer-sdp.ts';

export type PeerOptions = {
  readonly name: string;
  /** The bridge's side. */
  readonly transport: LocalTransport;
  readonly media: readonly MediaDescription[];
  readonly dataChannel: boolean;
  readonly onPacket: (packet: Buffer) => void;
  readonly onIce: () => void;
  readonly onConnected: () => void;
  readonly onFailed: () => void;
};

/** ICE, DTLS, SRTP and SCTP of one client, by libdatachannel; RTP and RTCP come and go as bytes. */
export class Peer {
  readonly #peer: PeerConnection;
  #track: Track | undefined;
  #channel: DataChannel | undefined;

  constructor(options: PeerOptions) {
    this.#peer = new nodeDataChannel.PeerConnection(options.name, {
      iceServers: [],
      disableAutoNegotiation: true,
      maxMessageSize: 262_144,
      ...(isLoopback(options.transport) && { bindAddress: '127.0.0.1' }),
    });
    this.#peer.onIceStateChange((state) => {
      if (state === 'connected') options.onIce();
    });
    this.#peer.onStateChange((state) => {
      if (state === 'connected') options.onConnected();
      if (state === 'failed' || state === 'disconnected') options.onFailed();
    });
    this.#peer.onTrack((track) => {
      this.#track = track;
      track.onMessage(options.onPacket);
    });
    const { transport, media, dataChannel } = options;
    const offer = offerSdp({ transport, media, dataChannel, setup: 'actpass' });
    this.#peer.setRemoteDescription(offer, 'offer');
    if (dataChannel) {
      this.#channel = this.#peer.createDataChannel('JVB data channel', {
        protocol: 'http://jitsi.org/protocols/colibri',
      });
    }
    this.#peer.setLocalDescription('answer');
  }

  /** The client's side, for the bridge. */
  remoteTransport(): RemoteTransport {
    const sdp = this.#peer.localDescription()?.sdp ?? '';
    const line = (name: string) => new RegExp(`^a=${name}:(.*)$`, 'm').exec(sdp)?.[1]?.trim() ?? '';
    const [hash = '', value = ''] = line('fingerprint').split(' ');
    return {
      credentials: { ufrag: line('ice-ufrag'), pwd: line('ice-pwd') },
      candidates: [],
      fingerprints: [{ hash: hash.toLowerCase(), value, setup: 'active' }],
    };
  }

  /** The bridge channel over SCTP (bridge-channel.md §1.4). */
  openChannel({ onOpen, onText, onClose }: ChannelEvents): ChannelTransport {
    const channel = this.#channel;
    channel?.onOpen(onOpen);
    channel?.onMessage((message) => {
      if (typeof message === 'string') onText(message);
    });
    channel?.onClosed(() => onClose('closed'));
    return {
      send: (text) => void channel?.sendMessage(text),
      close: () => channel?.close(),
    };
  }

  /** Drops silently before the transport is connected, as a socket would. */
  send(packet: Buffer): void {
    if (this.#track?.isOpen()) this.#track.sendMessageBinary(packet);
  }

  close(): void {
    this.#peer.close();
  }
}

function isLoopback({ candidates }: LocalTransport): boolean {
  return candidates.every(({ ip }) => ip.startsWith('127.'));
}
