import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointAcceptance,
  endpointCreation,
  endpointExpiry,
} from '../../../demo/focus/requests.ts';
import { RestBridge } from '../../../demo/focus/rest-bridge.ts';
import type { SignalledSource } from '../../../demo/signal-messages.ts';
import { type EndpointId, endpointId, meetingId, ssrc } from '../../../src/model/ids.ts';
import type { SourceEncoding } from '../../../src/model/source.ts';
import type { LocalTransport } from '../../../src/model/transport.ts';
import type { BridgeMessage } from '../../../src/protocol/channel/bridge-message.ts';
import { jicofoOffer } from '../client/jicofo-offer.ts';
import { WebRtcClient } from '../client/webrtc-client.ts';
import { until } from '../until.ts';
import type { BridgeProcess } from './bridge-process.ts';

export type Carrier = 'websocket' | 'sctp';
export type Message = Readonly<Record<string, unknown>>;

export type MemberOptions = {
  /** Of its bridge channel; absent = it has none. */
  readonly carrier?: Carrier;
  readonly ssrcRewriting?: boolean;
  /** SSRC of its microphone. */
  readonly microphone?: number;
  /** First SSRC of its camera's three encodings, RTX at +10. */
  readonly camera?: number;
  /** False: it is invited and does nothing until `connect`. */
  readonly connects?: boolean;
};

/** A conference on a running bridge, over its REST interface, with WebRTC clients. */
export class RestCall {
  readonly #rest: RestBridge;
  readonly #meeting = meetingId(randomUUID());
  readonly members: Member[] = [];

  constructor(bridge: Pick<BridgeProcess, 'restUrl'>) {
    this.#rest = new RestBridge(new URL(bridge.restUrl));
  }

  async join(name: string, options: MemberOptions = {}): Promise<Member> {
    const id = endpointId(name);
    const { carrier, ssrcRewriting = false } = options;
    const dataChannel = carrier === 'sctp';
    const endpoint = endpointCreation({ id, name, dataChannel, ssrcRewriting });
    const { endpoints } = await this.#rest.request(
      this.members.length === 0
        ? conferenceCreation(this.#meeting, 'test@muc.invalid', endpoint)
        : conferenceUpdate(this.#meeting, endpoint),
    );
    const ice = endpoints[0]?.transport?.ice;
    if (!ice?.credentials) throw new Error(`the bridge did not create endpoint ${id}`);
    const transport = { ...ice.credentials, ...ice };
    const member = new Member(id, transport, options, ice.webSocketUrls[0]);
    this.members.push(member);
    if (options.connects ?? true) await this.connect(member);
    return member;
  }

  async connect(member: Member): Promise<void> {
    const { id } = member;
    const client = await member.createClient();
    const { credentials, fingerprints } = client.remoteTransport();
    const accepted = { ...credentials!, fingerprints };
    await this.#rest.request(
      conferenceUpdate(this.#meeting, endpointAcceptance(id, accepted, member.sources)),
    );
    await until(() => (client.connected ? undefined : `${id} is ${client.state}`), 30_000);
    await member.openChannel();
  }

  async expire({ id }: Member): Promise<void> {
    await this.#rest.request(conferenceUpdate(this.#meeting, endpointExpiry(id)));
  }

  /** The conference as `/debug` shows it. */
  inspect(): Promise<unknown> {
    return this.#rest.inspect(this.#meeting);
  }

  close(): void {
    for (const member of this.members) member.close();
  }
}

/** Somebody in the call, and what was said on the bridge channel. */
export class Member {
  readonly id: EndpointId;
  readonly sources: readonly SignalledSource[];
  /** Of its camera. */
  readonly encodings: readonly SourceEncoding[];
  readonly #options: MemberOptions;
  readonly #webSocketUrl: string | undefined;
  readonly #texts: string[] = [];
  readonly #transport: LocalTransport;
  #client: WebRtcClient | undefined;
  #socket: WebSocket | undefined;

  constructor(
    id: EndpointId,
    transport: LocalTransport,
    options: MemberOptions,
    webSocketUrl: string | undefined,
  ) {
    this.id = id;
    this.#transport = transport;
    this.#options = options;
    this.#webSocketUrl = webSocketUrl;
    const { camera } = options;
    this.encodings =
      camera === undefined ? [] : [0, 1, 2].map((place) => encodingAt(camera + place));
    this.sources = sourcesOf(id, options.microphone, this.encodings);
  }

  get client(): WebRtcClient {
    if (!this.#client) throw new Error(`${this.id} has not come`);
    return this.#client;
  }

  /** Its checks begin, so not before it is to connect. */
  async createClient(): Promise<WebRtcClient> {
    this.#client = await WebRtcClient.create({
      name: this.id,
      transport: this.#transport,
      media: jicofoOffer,
      dataChannel: this.#options.carrier === 'sctp',
    });
    return this.#client;
  }

  /** Opens the channel, over WebSocket another one than before. */
  async openChannel(): Promise<void> {
    const { carrier } = this.#options;
    if (carrier === 'sctp')
      await until(() => (this.client.channelOpen ? undefined : `${this.id} has no channel`));
    if (carrier !== 'websocket') return;
    this.#socket?.terminate();
    const socket = new WebSocket(this.#webSocketUrl!);
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.#texts.push(data.toString()));
    await until(() =>
      socket.readyState === socket.OPEN ? undefined : `${this.id} has no WebSocket`,
    );
  }

  say(message: Message): void {
    const text = JSON.stringify(message);
    if (this.#options.carrier === 'sctp') this.client.sendText(text);
    else this.#socket!.send(text);
  }

  /** Everything of one class that it was told, oldest first. */
  heard(colibriClass: BridgeMessage['colibriClass']): Message[] {
    const texts = this.#options.carrier === 'sctp' ? this.client.messages : this.#texts;
    return texts
      .map((text) => JSON.parse(text) as Message)
      .filter((message) => message['colibriClass'] === colibriClass);
  }

  /** Of what it was told over WebSockets. */
  forget(): void {
    this.#texts.length = 0;
  }

  /** Waits until the last message of that class says this. */
  async told(colibriClass: BridgeMessage['colibriClass'], fields: Message): Promise<void> {
    await until(() => {
      const last = this.heard(colibriClass).at(-1);
      const wrong = Object.entries(fields).filter(
        ([name, value]) => JSON.stringify(last?.[name]) !== JSON.stringify(value),
      );
      return wrong.length === 0 ? undefined : `${this.id} last heard ${JSON.stringify(last)}`;
    }, 30_000);
  }

  close(): void {
    this.#socket?.terminate();
    this.#client?.close();
  }
}

const encodingAt = (first: number): SourceEncoding => ({
  ssrc: ssrc(first),
  rtx: ssrc(first + 10),
});

function sourcesOf(
  id: EndpointId,
  microphone: number | undefined,
  encodings: readonly SourceEncoding[],
): readonly SignalledSource[] {
  const sources: SignalledSource[] = [];
  if (microphone !== undefined) {
    const own = [{ ssrc: microphone }];
    sources.push({ name: `${id}-a0`, kind: 'audio', videoType: 'none', encodings: own });
  }
  if (encodings.length > 0)
    sources.push({ name: `${id}-v0`, kind: 'video', videoType: 'camera', encodings });
  return sources;
}
