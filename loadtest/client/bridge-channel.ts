import { WebSocket } from 'ws';
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
  socket.on('open', events.onOpen);
  // `ws` hands a text message over as a Buffer unless told otherwise.
  socket.on('message', (data: Buffer) => events.onText(data.toString()));
  socket.on('close', (code, reason) => events.onClose(`${code} ${reason.toString()}`));
  socket.on('error', () => undefined); // `close` follows and is what counts
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close: () => socket.close(),
  };
}

/** The client's end of a bridge channel: typed messages out of and into text. */
export class BridgeChannel {
  open = false;
  /** Messages that could not be read: the bridge's fault, or ours. */
  unreadable = 0;
  #transport: ChannelTransport | undefined;
  readonly #onOpen: () => void;
  readonly #onMessage: (message: BridgeMessage) => void;

  constructor(onOpen: () => void, onMessage: (message: BridgeMessage) => void) {
    this.#onOpen = onOpen;
    this.#onMessage = onMessage;
  }

  /** @param connect opens the transport, given what to call */
  connect(connect: (events: ChannelEvents) => ChannelTransport): void {
    this.#transport = connect({
      onOpen: () => {
        this.open = true;
        this.#onOpen();
      },
      onText: (text) => this.#read(text),
      onClose: () => (this.open = false),
    });
  }

  send(message: ClientMessage): void {
    if (this.open) this.#transport?.send(encodeClientMessage(message));
  }

  close(): void {
    this.#transport?.close();
  }

  #read(text: string): void {
    const message = decodeBridgeMessage(text);
    if (message.ok) this.#onMessage(message.value);
    else this.unreadable += 1;
  }
}
