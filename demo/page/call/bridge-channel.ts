/** A message of the bridge channel: a JSON object with a class (bridge-channel.md §2.1). */
export type ChannelMessage = { readonly colibriClass: string; readonly [field: string]: unknown };

export type BridgeChannelEvents = {
  readonly onOpen: () => void;
  readonly onMessage: (message: ChannelMessage) => void;
};

/** lib-jitsi-meet waits 1, 2, 4 … 60 s between attempts (bridge-channel.md §1.3). */
const firstRetryMs = 1_000;
const lastRetryMs = 60_000;

/** JSON messages between the page and the bridge, over an SCTP data channel or a WebSocket. */
export class BridgeChannel {
  readonly carrier: 'sctp' | 'websocket';
  readonly #events: BridgeChannelEvents;
  #channel: RTCDataChannel | WebSocket | undefined;
  #retryMs = firstRetryMs;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  private constructor(carrier: 'sctp' | 'websocket', events: BridgeChannelEvents) {
    this.carrier = carrier;
    this.#events = events;
  }

  /** Opens the channel in-band, as Jitsi's clients do: label and protocol are theirs. */
  static overSctp(connection: RTCPeerConnection, events: BridgeChannelEvents): BridgeChannel {
    const self = new BridgeChannel('sctp', events);
    self.#listen(
      connection.createDataChannel('JVB data channel', {
        protocol: 'http://jitsi.org/protocols/colibri',
      }),
    );
    return self;
  }

  /** Dials until it is closed: the address stays good for the whole session. */
  static overWebSocket(url: string, events: BridgeChannelEvents): BridgeChannel {
    const self = new BridgeChannel('websocket', events);
    self.#dial(url);
    return self;
  }

  get open(): boolean {
    return this.#channel?.readyState === 'open' || this.#channel?.readyState === WebSocket.OPEN;
  }

  /** Sends a message, or drops it while the channel is not open. */
  send(message: ChannelMessage): void {
    if (this.open) this.#channel?.send(JSON.stringify(message));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#channel?.close();
  }

  #dial(url: string): void {
    const socket = new WebSocket(url);
    this.#listen(socket);
    socket.addEventListener('close', () => {
      if (this.#closed) return;
      this.#retry = setTimeout(() => this.#dial(url), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
    });
  }

  #listen(channel: RTCDataChannel | WebSocket): void {
    this.#channel = channel;
    channel.addEventListener('open', () => {
      this.#retryMs = firstRetryMs;
      this.#events.onOpen();
    });
    channel.addEventListener('message', (event) => {
      const { data } = event as MessageEvent<unknown>;
      if (typeof data !== 'string' || this.#closed) return;
      const message: unknown = JSON.parse(data);
      if (isChannelMessage(message)) this.#events.onMessage(message);
    });
  }
}

function isChannelMessage(message: unknown): message is ChannelMessage {
  return typeof message === 'object' && message !== null && 'colibriClass' in message;
}
