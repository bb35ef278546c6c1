import { WebSocket } from 'ws';
import type { Scheduled, Timers } from '../../src/base/clock.ts';
import {
  type BridgeMessage,
  decodeBridgeMessage,
} from '../../src/protocol/channel/bridge-message.ts';
import {
  type ClientMessage,
  encodeClientMessage,
} from '../../src/protocol/channel/client-message.ts';

/** What carries the text of a bridge channel. */
export interface ChannelTransport {
  send(text: string): void;
  close(): void;
}

export type ChannelEvents = {
  readonly onOpen: () => void;
  readonly onText: (text: string) => void;
  readonly onClose: (reason: string) => void;
};

/** A bridge channel over WebSocket; over SCTP it is a data channel of the client's `Peer`. */
export function openWebSocket(url: string, events: ChannelEvents): ChannelTransport {
  const socket = new WebSocket(url);
  let failure: string | undefined;
  socket.on('open', events.onOpen);
  // `ws` hands a text message over as a Buffer unless told otherwise.
  socket.on('message', (data: Buffer) => events.onText(data.toString()));
  // `close` follows, with a code that says less: 1006.
  socket.on('error', ({ message }) => (failure = message));
  socket.on('close', (code, reason) =>
    events.onClose(failure ?? `closed with ${code} ${reason.toString()}`.trim()),
  );
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;

export type BridgeChannelOptions = {
  /** Opens the transport, given what to call. */
  readonly connect: (events: ChannelEvents) => ChannelTransport;
  /** A WebSocket that closes is opened again after 1, 2, 4 … 60 s, a data channel never (bridge-channel.md §1.3, §1.4). */
  readonly retries: boolean;
  readonly timers: Timers;
  readonly onOpen: () => void;
  readonly onMessage: (message: BridgeMessage) => void;
};

/** The client's end of a bridge channel: typed messages out of and into text. */
export class BridgeChannel {
  open = false;
  /** What closed it last. */
  closedBy: string | undefined;
  readonly #options: BridgeChannelOptions;
  #transport: ChannelTransport | undefined;
  #retryMs = FIRST_RETRY_MS;
  #retry: Scheduled | undefined;
  #isWanted = false;

  constructor(options: BridgeChannelOptions) {
    this.#options = options;
  }

  connect(): void {
    this.#isWanted = true;
    this.#transport = this.#options.connect({
      onOpen: () => {
        this.open = true;
        this.#retryMs = FIRST_RETRY_MS;
        this.#options.onOpen();
      },
      onText: (text) => this.#read(text),
      onClose: (reason) => this.#onClose(reason),
    });
  }

  send(message: ClientMessage): void {
    if (this.open) this.#transport?.send(encodeClientMessage(message));
  }

  close(): void {
    this.#isWanted = false;
    this.#retry?.cancel();
    this.#transport?.close();
  }

  #onClose(reason: string): void {
    this.open = false;
    this.closedBy = reason;
    if (!this.#options.retries || !this.#isWanted) return;
    this.#retry = this.#options.timers.after(this.#retryMs, () => this.connect());
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS);
  }

  /** What a client does not know is not for it. */
  #read(text: string): void {
    const message = decodeBridgeMessage(text);
    if (message.ok) this.#options.onMessage(message.value);
  }
}
