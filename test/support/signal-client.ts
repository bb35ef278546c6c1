import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { ClientMessage, FocusMessage } from '../../demo/signal-messages.ts';
import { until } from './until.ts';

type MessageOf<T extends FocusMessage['type']> = Extract<FocusMessage, { type: T }>;

/** A page's signalling connection, without the page. */
export class SignalClient {
  readonly messages: FocusMessage[] = [];
  /** The code the connection was closed with. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data) =>
      this.messages.push(JSON.parse((data as Buffer).toString('utf8')) as FocusMessage),
    );
  }

  static async connect(focus: URL, origin?: string): Promise<SignalClient> {
    const socket = new WebSocket(
      new URL('/signal', focus.href.replace('http', 'ws')),
      origin === undefined ? {} : { origin },
    );
    const client = new SignalClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** Comes into a room and resolves with the id it was given. */
  async join(room: string, settings: { ssrcRewriting?: boolean } = {}): Promise<string> {
    const { ssrcRewriting = true } = settings;
    const client = { dataChannel: true, ssrcRewriting, sources: [] };
    this.send({ type: 'join', room, name: 'Ada', ...client });
    return (await this.received('joined')).id;
  }

  send(message: ClientMessage): void {
    this.sendText(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Waits for the `nth` message of a type, counted from 1. */
  async received<T extends FocusMessage['type']>(type: T, nth = 1): Promise<MessageOf<T>> {
    const found = (): MessageOf<T>[] =>
      this.messages.filter((message): message is MessageOf<T> => message.type === type);
    await until(() =>
      found().length >= nth ? undefined : `${found().length} of ${nth} ${type} messages came`,
    );
    return found()[nth - 1]!;
  }

  close(): void {
    this.#socket.close();
  }
}
