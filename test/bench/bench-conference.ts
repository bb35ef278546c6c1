import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointAcceptance,
  endpointCreation,
} from '../../demo/focus/requests.ts';
import { RestBridge } from '../../demo/focus/rest-bridge.ts';
import type { SignalledSource } from '../../demo/signal-messages.ts';
import { endpointId, meetingId } from '../../src/model/ids.ts';
import type { IceTransport } from '../../src/protocol/jingle/ice-transport.ts';

/** Credentials of a transport as the bridge signalled it. */
export type Credentials = { readonly ufrag: string; readonly pwd: string };

export type StreamDescription = {
  readonly kind: 'audio' | 'video';
  readonly ssrc: number;
};

/** A conference set up over Colibri2 REST: one sender, any number of receivers that want everything. */
export class BenchConference {
  readonly #bridge: RestBridge;
  readonly #fingerprint: string;
  readonly #meetingId = meetingId(randomUUID());
  readonly #channels: WebSocket[] = [];

  constructor(baseUrl: string, fingerprint: string) {
    this.#bridge = new RestBridge(new URL(baseUrl));
    this.#fingerprint = fingerprint;
  }

  /** The first endpoint; creates the conference. */
  async addSender(stream: StreamDescription): Promise<Credentials> {
    const id = 'sender00';
    const transport = await this.#create(id, true);
    const name = `${id}-${stream.kind === 'audio' ? 'a0' : 'v0'}`;
    const encodings = [{ ssrc: stream.ssrc }];
    await this.#connect(id, [{ name, kind: stream.kind, videoType: 'camera', encodings }]);
    return credentialsOf(transport);
  }

  /** A receiver sends something, too. */
  async addSource(index: number, { kind, ssrc }: StreamDescription): Promise<void> {
    const id = receiverId(index);
    const name = `${id}-${kind === 'audio' ? 'a0' : 'v0'}`;
    await this.#connect(id, [{ name, kind, videoType: 'camera', encodings: [{ ssrc }] }]);
  }

  async addReceiver(index: number): Promise<Credentials> {
    const id = receiverId(index);
    const transport = await this.#create(id, false);
    await this.#connect(id, []);
    const [url] = transport.webSocketUrls;
    if (url === undefined) throw new Error('the bridge offers no bridge channel over WebSocket');
    const channel = new WebSocket(url);
    this.#channels.push(channel);
    channel.on('message', () => undefined);
    await once(channel, 'open');
    channel.send(
      JSON.stringify({
        colibriClass: 'ReceiverVideoConstraints',
        lastN: -1,
        defaultConstraints: { maxHeight: 2160 },
      }),
    );
    return credentialsOf(transport);
  }

  async close(): Promise<void> {
    for (const channel of this.#channels) channel.close();
    await this.#bridge.request({ ...conferenceUpdate(this.#meetingId), expire: true });
  }

  async #create(id: string, createConference: boolean): Promise<IceTransport> {
    const options = { name: id, dataChannel: false, ssrcRewriting: false };
    const endpoint = endpointCreation({ id: endpointId(id), ...options });
    const { endpoints } = await this.#bridge.request(
      createConference
        ? conferenceCreation(this.#meetingId, 'bench@bench.invalid', endpoint)
        : conferenceUpdate(this.#meetingId, endpoint),
    );
    const ice = endpoints[0]?.transport?.ice;
    if (!ice) throw new Error(`the bridge did not create endpoint ${id}`);
    return ice;
  }

  async #connect(id: string, sources: readonly SignalledSource[]): Promise<void> {
    const transport = {
      ufrag: 'bench',
      pwd: 'benchbenchbenchbenchbench',
      fingerprints: [{ hash: 'sha-256', setup: 'active' as const, value: this.#fingerprint }],
    };
    const endpoint = endpointAcceptance(endpointId(id), transport, sources);
    await this.#bridge.request(conferenceUpdate(this.#meetingId, endpoint));
  }
}

function credentialsOf({ credentials }: IceTransport): Credentials {
  if (!credentials) throw new Error('the bridge signalled no ICE credentials');
  return credentials;
}

function receiverId(index: number): string {
  return index.toString(16).padStart(8, '0');
}
