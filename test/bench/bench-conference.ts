import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { endpointAcceptance, endpointCreation } from '../../demo/focus/colibri-request.ts';
import { offeredMedia } from '../../demo/focus/offer.ts';
import type { SignalledSource } from '../../demo/signal-messages.ts';

/** Credentials of a transport as the bridge signalled it. */
export type Credentials = { readonly ufrag: string; readonly pwd: string };

type EndpointAnswer = {
  readonly transport: {
    readonly transport: Credentials & { readonly 'web-sockets'?: readonly string[] };
  };
};

export type StreamDescription = {
  readonly kind: 'audio' | 'video';
  readonly ssrc: number;
};

/** A conference set up over Colibri2 REST: one sender, any number of receivers that want everything. */
export class BenchConference {
  readonly #baseUrl: string;
  readonly #fingerprint: string;
  readonly #meetingId = randomUUID();
  readonly #channels: WebSocket[] = [];

  constructor(baseUrl: string, fingerprint: string) {
    this.#baseUrl = baseUrl;
    this.#fingerprint = fingerprint;
  }

  /** The first endpoint; creates the conference. */
  async addSender(stream: StreamDescription): Promise<Credentials> {
    const id = 'sender00';
    const { transport } = await this.#create(id, true);
    const name = `${id}-${stream.kind === 'audio' ? 'a0' : 'v0'}`;
    const encodings = [{ ssrc: stream.ssrc }];
    await this.#connect(id, [{ name, kind: stream.kind, videoType: 'camera', encodings }]);
    return transport.transport;
  }

  async addReceiver(index: number): Promise<Credentials> {
    const id = index.toString(16).padStart(8, '0');
    const { transport } = await this.#create(id, false);
    await this.#connect(id, []);
    const [url] = transport.transport['web-sockets'] ?? [];
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
    return transport.transport;
  }

  async close(): Promise<void> {
    for (const channel of this.#channels) channel.close();
    await this.#request('PATCH', `/${this.#meetingId}`, { expire: true });
  }

  async #create(id: string, createConference: boolean): Promise<EndpointAnswer> {
    const endpoint = endpointCreation({
      id,
      statsId: id,
      dataChannel: false,
      ssrcRewriting: false,
      media: offeredMedia,
    });
    const answer = createConference
      ? await this.#request('POST', '', {
          'meeting-id': this.#meetingId,
          create: true,
          endpoints: [endpoint],
        })
      : await this.#request('PATCH', `/${this.#meetingId}`, { endpoints: [endpoint] });
    const created = answer.endpoints?.[0];
    if (!created) throw new Error(`the bridge did not create endpoint ${id}`);
    return created;
  }

  async #connect(id: string, sources: readonly SignalledSource[]): Promise<void> {
    const transport = {
      ufrag: 'bench',
      pwd: 'benchbenchbenchbenchbench',
      fingerprints: [{ hash: 'sha-256', setup: 'active' as const, value: this.#fingerprint }],
    };
    const endpoint = endpointAcceptance(id, transport, sources);
    await this.#request('PATCH', `/${this.#meetingId}`, { endpoints: [endpoint] });
  }

  async #request(
    method: string,
    path: string,
    body: unknown,
  ): Promise<{ endpoints?: readonly EndpointAnswer[] }> {
    const response = await fetch(`${this.#baseUrl}/colibri/v2/conferences${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as { endpoints?: readonly EndpointAnswer[] };
  }
}
