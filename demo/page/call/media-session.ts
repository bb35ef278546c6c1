// One session with the bridge: a peer connection whose remote description is built here (sdp/remote-offer.ts)
// and grows by a line with every remote stream.
import type { BridgeTransport, SessionOffer, SignalledSource } from '../../signal-messages.ts';
import { answeredEncodings, answeredTransport, withSimulcast } from '../sdp/local-answer.ts';
import { buildRemoteOffer, type OfferedLine } from '../sdp/remote-offer.ts';
import { isFirefox } from './browser.ts';
import type { RemoteStream } from './remote-streams.ts';
import { Sequence } from './sequence.ts';
import { encodingSettings } from './sender-encodings.ts';

export type LocalTrackName = 'a0' | 'v0' | 'v1';

export type MediaSessionOptions = {
  readonly endpointId: string;
  readonly offer: SessionOffer;
  readonly codec: string;
  /** Only candidates of this protocol are used; undefined = all. */
  readonly iceTransport: 'udp' | 'tcp' | undefined;
  readonly onConnectionState: (state: RTCPeerConnectionState) => void;
};

/** The mid of what the page sends; the screen share gets one when it is first used. */
const microphoneMid = '0';
const cameraMid = '1';

export class MediaSession {
  readonly connection = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  readonly #options: MediaSessionOptions;
  readonly #lines: OfferedLine[];
  readonly #midOfSsrc = new Map<number, string>();
  readonly #tracks = new Map<LocalTrackName, MediaStreamTrack | null>();
  /** By source name: the most any receiver wants. */
  readonly #maxHeights = new Map<string, number>();
  #screenMid: string | undefined;
  #codec: string;
  #transport: BridgeTransport;
  #version = 0;
  readonly #work = new Sequence();
  #dirty = false;
  #closed = false;

  constructor(options: MediaSessionOptions) {
    this.#options = options;
    this.#codec = options.codec;
    this.#transport = options.offer.transport;
    const { audio, video } = options.offer.feedbackSsrcs;
    const mixed = (ssrc: number, kind: string) => ({
      ssrc,
      msid: `mixedmslabel mixedlabel${kind}0`,
    });
    this.#lines = [
      { kind: 'audio', direction: 'sendrecv', stream: mixed(audio, 'audio') },
      { kind: 'video', direction: 'sendrecv', stream: mixed(video, 'video') },
      ...(options.offer.dataChannel ? [{ kind: 'application' } as const] : []),
    ];
    this.connection.addEventListener('connectionstatechange', () =>
      options.onConnectionState(this.connection.connectionState),
    );
  }

  /** What is sent under a name from now on; null = nothing, while its SSRCs stay. */
  async setTrack(name: 'a0' | 'v0', track: MediaStreamTrack | null): Promise<void> {
    this.#tracks.set(name, track);
    await this.#inTurn(async () => {
      const mid = name === 'a0' ? microphoneMid : cameraMid;
      await this.#transceiver(mid)?.sender.replaceTrack(track);
      await this.#applyEncodings();
    });
  }

  /** Starts or (null) ends the screen share; resolves with its SSRCs, none after the end. */
  async setScreen(track: MediaStreamTrack | null): Promise<SignalledSource | undefined> {
    this.#tracks.set('v1', track);
    this.#screenMid ??= String(this.#lines.push({ kind: 'video', direction: 'inactive' }) - 1);
    const direction = track ? 'recvonly' : 'inactive';
    this.#lines[Number(this.#screenMid)] = { kind: 'video', direction };
    await this.negotiate();
    return track ? this.#localSource('v1', this.#screenMid) : undefined;
  }

  /** The first negotiation: what the focus is answered. */
  async accept(): Promise<{
    transport: ReturnType<typeof answeredTransport>;
    sources: SignalledSource[];
  }> {
    await this.negotiate();
    const sources = [
      this.#localSource('a0', microphoneMid),
      this.#localSource('v0', cameraMid),
    ].filter((source) => source !== undefined);
    return { transport: answeredTransport(this.#localSdp), sources };
  }

  /**
   * Gives a remote stream its line; negotiates in the background, one round for all that come together.
   * `onReady` is called when the track is there.
   */
  addStream({ kind, ssrc, rtx }: RemoteStream, onReady: () => void): void {
    const index = this.#midOfSsrc.get(ssrc) ?? String(this.#lines.length);
    this.#midOfSsrc.set(ssrc, index);
    const msid = `remote-${kind}-${index} remote-${kind}-${index}`;
    this.#lines[Number(index)] = { kind, direction: 'sendonly', stream: { ssrc, rtx, msid } };
    void this.negotiate().then(onReady);
  }

  /** The stream is withdrawn: its line stays, without use. */
  removeStream({ kind, ssrc }: RemoteStream): void {
    const mid = this.#midOfSsrc.get(ssrc);
    if (mid === undefined) return;
    this.#lines[Number(mid)] = { kind, direction: 'inactive' };
    void this.negotiate();
  }

  /** The track a remote SSRC comes out of, once negotiated. */
  receivedTrack(ssrc: number): MediaStreamTrack | undefined {
    const mid = this.#midOfSsrc.get(ssrc);
    return mid === undefined ? undefined : this.#transceiver(mid)?.receiver.track;
  }

  /** Sends another codec from now on: on the same SSRCs and without negotiation where the browser can. */
  async setCodec(codec: string): Promise<void> {
    this.#codec = codec;
    if (isFirefox) await this.negotiate();
    else await this.#inTurn(() => this.#applyEncodings());
  }

  /** Goes on with other ICE credentials of the bridge; resolves with the browser's new ones. */
  async replaceTransport(
    transport: BridgeTransport,
  ): Promise<ReturnType<typeof answeredTransport>> {
    this.#transport = transport;
    await this.negotiate();
    return answeredTransport(this.#localSdp);
  }

  /** Obeys SenderSourceConstraints. */
  async setMaxHeight(source: string, maxHeight: number): Promise<void> {
    this.#maxHeights.set(source, maxHeight);
    await this.#inTurn(() => this.#applyEncodings());
  }

  maxHeight(source: string): number | undefined {
    return this.#maxHeights.get(source);
  }

  /** Which of our sources an SSRC belongs to, and which of its encodings it is. */
  sentEncoding(ssrc: number): { readonly source: string; readonly encoding: number } | undefined {
    const mids = { a0: microphoneMid, v0: cameraMid, v1: this.#screenMid ?? '' } as const;
    for (const [name, mid] of Object.entries(mids)) {
      const encodings = answeredEncodings(this.#localSdp, mid);
      const encoding = encodings.findIndex((each) => each.ssrc === ssrc);
      if (encoding >= 0) return { source: `${this.#options.endpointId}-${name}`, encoding };
    }
    return undefined;
  }

  close(): void {
    this.#closed = true;
    this.connection.close();
  }

  /** Describes the current lines to the browser; calls made meanwhile share the next round. */
  async negotiate(): Promise<void> {
    this.#dirty = true;
    await this.#inTurn(async () => {
      if (!this.#dirty) return;
      this.#dirty = false;
      await this.#negotiateOnce();
    });
  }

  /** Descriptions and parameters must not overtake each other. What a closed connection refuses is no error. */
  async #inTurn(task: () => Promise<void>): Promise<void> {
    await this.#work.add(async () => {
      try {
        if (!this.#closed) await task();
      } catch (error) {
        if (!this.#closed) throw error;
      }
    });
  }

  async #negotiateOnce(): Promise<void> {
    const { offer, iceTransport } = this.#options;
    const candidates = this.#transport.candidates.filter(
      ({ protocol }) => iceTransport === undefined || protocol === iceTransport,
    );
    const sdp = buildRemoteOffer({
      transport: { ...this.#transport, candidates },
      media: offer.media,
      lines: this.#lines,
      version: (this.#version += 1),
      preferredCodec: this.#codec,
      withoutMid: isFirefox,
    });
    await this.connection.setRemoteDescription({ type: 'offer', sdp });
    await this.#attachTracks();
    const answer = await this.connection.createAnswer();
    const local = isFirefox ? answer.sdp : withSimulcast(answer.sdp ?? '', cameraMid, randomSsrc);
    await this.connection.setLocalDescription({ type: 'answer', sdp: local ?? '' });
    await this.#applyEncodings();
  }

  /** Tracks go onto the transceivers that the offer made. */
  async #attachTracks(): Promise<void> {
    const mids = { a0: microphoneMid, v0: cameraMid, v1: this.#screenMid };
    for (const [name, mid] of Object.entries(mids)) {
      const transceiver = mid === undefined ? undefined : this.#transceiver(mid);
      if (!transceiver) continue;
      const track = this.#tracks.get(name as LocalTrackName) ?? null;
      if (name !== 'v1') transceiver.direction = 'sendrecv';
      else transceiver.direction = track ? 'sendonly' : 'inactive';
      if (transceiver.sender.track !== track) await transceiver.sender.replaceTrack(track);
    }
  }

  async #applyEncodings(): Promise<void> {
    const { endpointId } = this.#options;
    await this.#applyTo(cameraMid, `${endpointId}-v0`);
    if (this.#screenMid !== undefined) await this.#applyTo(this.#screenMid, `${endpointId}-v1`);
  }

  async #applyTo(mid: string, source: string): Promise<void> {
    const sender = this.#transceiver(mid)?.sender;
    const height = sender?.track?.getSettings().height;
    if (!sender?.track) return;
    const parameters = sender.getParameters();
    const settings = encodingSettings({
      encodings: parameters.encodings.length,
      codec: this.#codec,
      captureHeightPx: height ?? 720,
      maxHeight: this.#maxHeights.get(source) ?? -1,
      scalable: !isFirefox,
    });
    const codec = this.#negotiated(parameters);
    const encodings = parameters.encodings.map((encoding, index) => {
      const kept: RTCRtpEncodingParameters & { scalabilityMode?: string } = { ...encoding };
      delete kept.scalabilityMode; // perhaps of another codec
      return { ...kept, ...settings[index], ...(codec && { codec }) };
    });
    if (JSON.stringify(encodings) === JSON.stringify(parameters.encodings)) return;
    await sender.setParameters({ ...parameters, encodings });
  }

  /** The codec to send as it was negotiated; undefined = the browser takes the first of the offer. */
  #negotiated({ codecs }: RTCRtpSendParameters): RTCRtpCodec | undefined {
    if (isFirefox) return undefined;
    const mimeType = `video/${this.#codec}`.toLowerCase();
    const found = codecs.find((codec) => codec.mimeType.toLowerCase() === mimeType);
    if (!found) return undefined;
    const { clockRate, sdpFmtpLine } = found;
    return {
      mimeType: found.mimeType,
      clockRate,
      ...(sdpFmtpLine !== undefined && { sdpFmtpLine }),
    };
  }

  #localSource(name: LocalTrackName, mid: string): SignalledSource | undefined {
    const encodings = answeredEncodings(this.#localSdp, mid);
    if (encodings.length === 0) return undefined;
    return {
      name: `${this.#options.endpointId}-${name}`,
      kind: name === 'a0' ? 'audio' : 'video',
      videoType: name === 'v1' ? 'desktop' : 'camera',
      encodings,
    };
  }

  get #localSdp(): string {
    return this.connection.localDescription?.sdp ?? '';
  }

  #transceiver(mid: string): RTCRtpTransceiver | undefined {
    return this.connection.getTransceivers().find((transceiver) => transceiver.mid === mid);
  }
}

function randomSsrc(): number {
  const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
  return value === 0 ? 1 : value;
}
