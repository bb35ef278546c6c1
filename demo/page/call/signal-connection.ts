import type { ClientMessage, FocusMessage } from '../../signal-messages.ts';

export type SignalEvents = {
  /** Connected, also after a loss: join now. */
  readonly onOpen: () => void;
  readonly onMessage: (message: FocusMessage) => void;
  /** Lost; it will be tried again. */
  readonly onLost: () => void;
};

const retryMs = 1_500;

/** The WebSocket to the focus; dials again until it is closed. */
export class SignalConnection {
  readonly #events: SignalEvents;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(events: SignalEvents) {
    this.#events = events;
    this.#dial();
  }

  send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket?.close(1000);
  }

  #dial(): void {
    const socket = new WebSocket(webSocketUrl('/signal'));
    this.#socket = socket;
    socket.addEventListener('open', () => this.#events.onOpen());
    socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
      if (!this.#closed) this.#events.onMessage(JSON.parse(data) as FocusMessage);
    });
    socket.addEventListener('close', () => {
      if (this.#closed) return;
      this.#events.onLost();
      this.#retry = setTimeout(() => this.#dial(), retryMs);
    });
  }
}

/** A WebSocket address on the page's own origin. */
export function webSocketUrl(path: string): string {
  return `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`;
}
