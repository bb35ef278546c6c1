// The client's part of a call: follows the focus and the bridge channel as lib-jitsi-meet does and keeps the
// state the view draws.
import type { FocusMessage, Member, SessionOffer, SourceState } from '../../signal-messages.ts';
import { BridgeChannel, type ChannelMessage } from './bridge-channel.ts';
import type { CallState, CallStatus } from './call-state.ts';
import { channelMessage } from './channel-messages.ts';
import { MediaSession } from './media-session.ts';
import type { ReceiverVideoConstraints } from './receiver-constraints.ts';
import { RemoteStreams, type Mapping } from './remote-streams.ts';
import { SignalConnection, webSocketUrl } from './signal-connection.ts';

export type CallOptions = {
  readonly room: string;
  readonly name: string;
  readonly codec: string;
  /** Most pictures to receive; -1 = no limit. */
  readonly lastN: number;
  readonly dataChannel: boolean;
  readonly ssrcRewriting: boolean;
  readonly iceTransport: 'udp' | 'tcp' | undefined;
  readonly onChange: () => void;
};

/** What a session goes by, from its start to its end. */
type SessionMessage = Extract<
  FocusMessage,
  { type: 'initiate' | 'transport' | 'terminate' | 'source-added' | 'source-removed' }
>;

/** ICE that is disconnected so long is restarted: the network may be another one. */
const restartMs = 2_000;
/** ICE that stays disconnected this long is reported to the focus, which makes a new session. */
const disconnectedMs = 8_000;

export class Call {
  readonly #options: CallOptions;
  readonly #signal: SignalConnection;
  #codec: string;
  readonly #members = new Map<string, Member>();
  readonly #tracks = new Map<'a0' | 'v0' | 'v1', MediaStreamTrack | null>();
  #muted = { audio: false, video: false };
  #streams = new RemoteStreams();
  #session: MediaSession | undefined;
  #sessionNumber = 0;
  #channel: BridgeChannel | undefined;
  #constraints: ReceiverVideoConstraints | undefined;
  #status: CallStatus = { type: 'connecting' };
  #id = '';
  #dominantSpeaker: string | undefined;
  #forwarded: readonly string[] | undefined;
  #downlinkBps: number | undefined;
  #inspection: ((conference: unknown) => void) | undefined;
  #failure: ReturnType<typeof setTimeout> | undefined;
  #restart: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CallOptions) {
    this.#options = options;
    this.#codec = options.codec;
    this.#signal = new SignalConnection({
      onOpen: () => this.#join(),
      onMessage: (message) => this.#receive(message),
      onLost: () => {
        this.#endSession();
        this.#members.clear();
        this.#setStatus({ type: 'waiting', reason: 'The demo server does not answer.' });
      },
    });
  }

  get state(): CallState {
    return {
      status: this.#status,
      me: { id: this.#id, name: this.#options.name, sources: this.#presence() },
      others: [...this.#members.values()],
      streams: this.#streams.all,
      dominantSpeaker: this.#dominantSpeaker,
      forwarded: this.#forwarded,
      channel: this.#channel?.open ? this.#channel.carrier : undefined,
      downlinkBps: this.#downlinkBps,
    };
  }

  /** What is sent; from now on without another negotiation where the browser can (`RTCRtpEncodingParameters.codec`). */
  get codec(): string {
    return this.#codec;
  }

  async setCodec(codec: string): Promise<void> {
    this.#codec = codec;
    await this.#session?.setCodec(codec);
  }

  /** Looks for another way to the bridge while the present one carries on (colibri2.md §3.10). */
  restartIce(): void {
    if (this.#session) this.#signal.send({ type: 'ice-restart', session: this.#sessionNumber });
  }

  /** The peer connection, for statistics. */
  get connection(): RTCPeerConnection | undefined {
    return this.#session?.connection;
  }

  receivedTrack(ssrc: number): MediaStreamTrack | undefined {
    return this.#session?.receivedTrack(ssrc);
  }

  /** The most any receiver wants of one of our sources, as the bridge told. */
  maxHeight(source: string): number | undefined {
    return this.#session?.maxHeight(source);
  }

  /** Which of our sources an SSRC belongs to, and which of its encodings it is. */
  sentEncoding(ssrc: number): ReturnType<MediaSession['sentEncoding']> {
    return this.#session?.sentEncoding(ssrc);
  }

  async setMicrophone(track: MediaStreamTrack | null, muted: boolean): Promise<void> {
    this.#tracks.set('a0', track);
    this.#muted = { ...this.#muted, audio: muted };
    if (track) track.enabled = !muted;
    this.#announcePresence();
    await this.#session?.setTrack('a0', track);
  }

  /** A muted camera sends nothing; its SSRCs stay. */
  async setCamera(track: MediaStreamTrack | null): Promise<void> {
    this.#tracks.set('v0', track);
    this.#muted = { ...this.#muted, video: track === null };
    this.#announcePresence();
    this.#sendVideoType('v0');
    await this.#session?.setTrack('v0', track);
  }

  async setScreen(track: MediaStreamTrack | null): Promise<void> {
    this.#tracks.set('v1', track);
    this.#announcePresence();
    await this.#signalScreen();
    this.#sendVideoType('v1');
  }

  /** What we want to receive; sent when it changes and with every new channel. */
  setConstraints(wanted: ReceiverVideoConstraints): void {
    const constraints = { ...wanted, lastN: this.#options.lastN };
    if (JSON.stringify(constraints) === JSON.stringify(this.#constraints)) return;
    this.#constraints = constraints;
    this.#channel?.send({ colibriClass: 'ReceiverVideoConstraints', ...constraints });
  }

  /** What the bridge says about the conference; an earlier question that is still open gets no answer. */
  inspect(): Promise<unknown> {
    this.#signal.send({ type: 'inspect' });
    return new Promise((resolve) => (this.#inspection = resolve));
  }

  leave(): void {
    this.#signal.send({ type: 'leave' });
    this.#signal.close();
    this.#endSession();
    this.#setStatus({ type: 'left' });
  }

  #join(): void {
    const { room, name, dataChannel, ssrcRewriting } = this.#options;
    this.#signal.send({ type: 'join', room, name, dataChannel, ssrcRewriting, sources: [] });
  }

  #receive(message: FocusMessage): void {
    switch (message.type) {
      case 'joined':
        this.#id = message.id;
        for (const member of message.members) this.#members.set(member.id, member);
        this.#announcePresence();
        break;
      case 'refused':
        this.#signal.close();
        this.#setStatus({ type: 'refused', reason: message.reason });
        break;
      case 'bridge-unavailable':
        this.#setStatus({ type: 'waiting', reason: message.reason });
        break;
      case 'inspection':
        this.#inspection?.(message.conference);
        break;
      case 'member-joined':
      case 'member-left':
      case 'presence':
        this.#receivePresence(message);
        break;
      default:
        this.#receiveSession(message);
    }
    this.#options.onChange();
  }

  #receiveSession(message: SessionMessage): void {
    switch (message.type) {
      case 'initiate':
        void this.#startSession(message);
        break;
      case 'transport':
        void this.#replaceTransport(message);
        break;
      case 'terminate':
        this.#endSession();
        this.#setStatus({ type: 'reconnecting' });
        break;
      case 'source-added': {
        const { owner, source } = message;
        const [first] = source.encodings;
        if (first) this.#map([{ ...source, ...first, source: source.name, owner }]);
        break;
      }
      case 'source-removed':
        this.#withdraw(message.name);
        break;
    }
  }

  #receivePresence(
    message: Extract<FocusMessage, { type: 'member-joined' | 'member-left' | 'presence' }>,
  ): void {
    switch (message.type) {
      case 'member-joined':
        this.#members.set(message.member.id, message.member);
        break;
      case 'member-left':
        this.#members.delete(message.id);
        this.#streams.forget(message.id);
        if (this.#dominantSpeaker === message.id) this.#dominantSpeaker = undefined;
        break;
      default: {
        const member = this.#members.get(message.id);
        if (member) this.#members.set(message.id, { ...member, sources: message.sources });
      }
    }
  }

  async #startSession(offer: SessionOffer): Promise<void> {
    this.#endSession();
    const session = new MediaSession({
      endpointId: this.#id,
      offer,
      codec: this.#codec,
      iceTransport: this.#options.iceTransport,
      onConnectionState: (state) => this.#onConnectionState(session, state),
    });
    this.#session = session;
    this.#sessionNumber = offer.session;
    this.#channel = this.#openChannel(session, offer);
    await session.setTrack('a0', this.#tracks.get('a0') ?? null);
    await session.setTrack('v0', this.#tracks.get('v0') ?? null);
    const { transport, sources } = await session.accept();
    if (this.#session !== session) return;
    this.#signal.send({ type: 'accept', session: offer.session, transport, sources });
    this.#map(
      offer.sources.flatMap(({ owner, source }) => {
        const [first] = source.encodings;
        return first ? [{ ...source, ...first, source: source.name, owner }] : [];
      }),
    );
    if (this.#tracks.get('v1')) await this.#signalScreen();
    this.#options.onChange();
  }

  async #replaceTransport(message: Extract<FocusMessage, { type: 'transport' }>): Promise<void> {
    const { session, generation } = message;
    if (session !== this.#sessionNumber) return;
    const transport = await this.#session?.replaceTransport(message.transport);
    if (transport) this.#signal.send({ type: 'transport', session, generation, transport });
  }

  #openChannel(session: MediaSession, offer: SessionOffer): BridgeChannel | undefined {
    const events = {
      onOpen: () => this.#onChannelOpen(),
      onMessage: (message: ChannelMessage) => this.#onChannelMessage(message),
    };
    if (offer.dataChannel) return BridgeChannel.overSctp(session.connection, events);
    if (offer.webSocketPath === undefined) return undefined;
    return BridgeChannel.overWebSocket(webSocketUrl(offer.webSocketPath), events);
  }

  #endSession(): void {
    clearTimeout(this.#failure);
    clearTimeout(this.#restart);
    this.#channel?.close();
    this.#session?.close();
    this.#channel = undefined;
    this.#session = undefined;
    this.#streams = new RemoteStreams();
    this.#forwarded = undefined;
    this.#downlinkBps = undefined;
  }

  #onConnectionState(session: MediaSession, state: RTCPeerConnectionState): void {
    if (session !== this.#session) return;
    clearTimeout(this.#failure);
    clearTimeout(this.#restart);
    const fail = (): void =>
      this.#signal.send({ type: 'session-failed', session: this.#sessionNumber });
    if (state === 'connected') this.#setStatus({ type: 'connected' });
    else if (state === 'failed') fail();
    else if (state === 'disconnected') {
      this.#setStatus({ type: 'reconnecting' });
      this.#restart = setTimeout(() => this.restartIce(), restartMs);
      this.#failure = setTimeout(fail, disconnectedMs);
    }
  }

  #onChannelOpen(): void {
    this.#channel?.send({ colibriClass: 'ClientHello' });
    this.#sendVideoType('v0');
    if (this.#tracks.get('v1')) this.#sendVideoType('v1');
    if (this.#constraints) {
      this.#channel?.send({ colibriClass: 'ReceiverVideoConstraints', ...this.#constraints });
    }
    this.#options.onChange();
  }

  #onChannelMessage(raw: ChannelMessage): void {
    const message = channelMessage(raw);
    switch (message?.colibriClass) {
      case 'AudioSourcesMap':
      case 'VideoSourcesMap':
        if (this.#options.ssrcRewriting) this.#map(message.mappings);
        break;
      case 'ForwardedSources':
        this.#forwarded = message.forwardedSources;
        break;
      case 'DominantSpeakerEndpointChangeEvent':
        this.#dominantSpeaker = message.dominantSpeakerEndpoint;
        break;
      case 'SenderSourceConstraints':
        void this.#session?.setMaxHeight(message.sourceName, message.maxHeight);
        break;
      case 'ConnectionStats':
        this.#downlinkBps = message.estimatedDownlinkBandwidth;
        break;
      case undefined:
    }
    this.#options.onChange();
  }

  #map(mappings: readonly Mapping[]): void {
    for (const mapping of mappings) {
      const unknownSsrc = this.#streams.map(mapping);
      const stream = unknownSsrc === undefined ? undefined : this.#streams.get(unknownSsrc);
      if (stream) this.#session?.addStream(stream, () => this.#options.onChange());
    }
  }

  #withdraw(source: string): void {
    const ssrc = this.#streams.withdraw(source);
    const stream = ssrc === undefined ? undefined : this.#streams.get(ssrc);
    if (stream) this.#session?.removeStream(stream);
  }

  async #signalScreen(): Promise<void> {
    const track = this.#tracks.get('v1') ?? null;
    const session = this.#sessionNumber;
    const source = await this.#session?.setScreen(track);
    if (source) this.#signal.send({ type: 'source-add', session, source });
    else if (!track) this.#signal.send({ type: 'source-remove', session, name: `${this.#id}-v1` });
  }

  #sendVideoType(name: 'v0' | 'v1'): void {
    const type = name === 'v0' ? 'camera' : 'desktop';
    this.#channel?.send({
      colibriClass: 'SourceVideoTypeMessage',
      sourceName: `${this.#id}-${name}`,
      videoType: this.#tracks.get(name) ? type : 'none',
    });
  }

  #presence(): SourceState[] {
    const sources: SourceState[] = [
      {
        name: `${this.#id}-a0`,
        muted: this.#muted.audio || !this.#tracks.get('a0'),
        videoType: 'none',
      },
      { name: `${this.#id}-v0`, muted: !this.#tracks.get('v0'), videoType: 'camera' },
    ];
    if (!this.#tracks.get('v1')) return sources;
    return [...sources, { name: `${this.#id}-v1`, muted: false, videoType: 'desktop' }];
  }

  #announcePresence(): void {
    if (this.#id !== '') this.#signal.send({ type: 'presence', sources: this.#presence() });
    this.#options.onChange();
  }

  #setStatus(status: CallStatus): void {
    this.#status = status;
    this.#options.onChange();
  }
}
