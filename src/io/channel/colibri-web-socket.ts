import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock, Timers } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { ChannelGate, ChannelReceiver, ChannelRequest } from '../../conference/ports.ts';
import { channelLimits, ChannelSocket, type ChannelLimits } from './channel-socket.ts';
import {
  authenticationFailed,
  internalError,
  parseColibriPath,
  type Refusal,
} from './colibri-path.ts';

export type ColibriWebSocketOptions = {
  readonly gate: ChannelGate;
  /** `videobridge.websockets.server-id`. */
  readonly serverId: string;
  /** `videobridge.websockets.enable-compression`: permessage-deflate for those who offer it. */
  readonly compression: boolean;
  readonly limits?: ChannelLimits;
  /** Connections to the server that have not been upgraded or closed yet; default 1000. */
  readonly maxHalfOpen?: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
};

/** Jetty's text limit, and so the largest message a client of JVB could ever send. */
const maxPayload = 64 * 1024;

/** Turns upgrade requests of an HTTP server into bridge channels (docs/bridge-channel-transport.md). */
export class ColibriWebSocket {
  readonly #options: ColibriWebSocketOptions;
  readonly #server: WebSocketServer;
  readonly #channels = new Set<ChannelSocket>();
  readonly #halfOpen = new Set<Duplex>();
  /** Closed to make room, of which nothing was logged yet; a flood of them makes a line a minute. */
  #displaced = 0;
  readonly #displacedLines: RateLimit;
  readonly #detach: (() => void)[] = [];
  readonly #counts = { closedNormally: 0, closedAbnormally: 0, errors: 0 };

  constructor(options: ColibriWebSocketOptions) {
    this.#options = options;
    this.#displacedLines = new RateLimit(1 / 60, 1, options.clock.nowMs());
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload,
      handleProtocols: () => false,
      // Without context takeover a channel between two messages holds no zlib state.
      perMessageDeflate: options.compression && {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        threshold: 1024,
      },
    });
  }

  /** Channels open now. */
  get size(): number {
    return this.#channels.size;
  }

  /** Channels that ended, since the start. */
  get counts(): Readonly<{ closedNormally: number; closedAbnormally: number; errors: number }> {
    return this.#counts;
  }

  /** Answers all upgrade requests of `server`, and bounds the connections that ask for nothing. */
  attach(server: Server): void {
    const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.handleUpgrade(request, socket, head);
    const onConnection = (socket: Duplex) => this.#limitHalfOpen(socket);
    // Behind TLS the socket that asks is the inner one.
    const connection = server instanceof TlsServer ? 'secureConnection' : 'connection';
    server.on('upgrade', onUpgrade).on(connection, onConnection);
    this.#detach.push(() => server.off('upgrade', onUpgrade).off(connection, onConnection));
  }

  /** Accepts or refuses one upgrade request. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    this.#halfOpen.delete(socket);
    const asked = parseColibriPath(request.url ?? '', this.#options.serverId);
    if (!asked.ok) {
      this.#refuse(socket, asked.error);
      return;
    }
    const receiver = this.#admit(asked.value);
    if (!receiver.ok) {
      this.#refuse(socket, receiver.error, asked.value);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(asked.value, receiver.value, webSocket);
    });
  }

  /** Closes every channel with 1001 and stops listening; the HTTP server itself is its owner's. */
  close(): void {
    for (const detach of this.#detach.splice(0)) detach();
    for (const channel of this.#channels) channel.close(1001, 'bridge is shutting down');
    this.#server.close();
  }

  #admit(asked: ChannelRequest): Result<ChannelReceiver, Refusal> {
    try {
      const receiver = this.#options.gate.admit(asked);
      return receiver ? ok(receiver) : err(authenticationFailed);
    } catch (error) {
      this.#options.log.error({ err: error }, 'admitting a bridge channel failed');
      return err(internalError);
    }
  }

  #refuse(socket: Duplex, refusal: Refusal, asked?: ChannelRequest): void {
    const { status, text } = refusal;
    const ids = asked ? idsOf(asked) : {};
    this.#options.log.info({ status, text, ...ids }, 'refused a bridge channel');
    const phrase = STATUS_CODES[status] ?? '';
    socket.once('finish', () => socket.destroy()); // not left to whoever was refused
    socket.end(
      `HTTP/1.1 ${status} ${phrase}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
        `Content-Length: ${text.length}\r\n\r\n${text}`,
    );
  }

  #open(asked: ChannelRequest, receiver: ChannelReceiver, webSocket: WebSocket): void {
    const { limits = channelLimits, clock, timers, log } = this.#options;
    const channel = new ChannelSocket({
      socket: webSocket,
      receiver,
      limits,
      clock,
      timers,
      log: log.child(idsOf(asked)),
    });
    this.#channels.add(channel);
    webSocket.on('error', () => (this.#counts.errors += 1));
    webSocket.on('close', (code) => {
      this.#channels.delete(channel);
      if (code === 1000 || code === 1001) this.#counts.closedNormally += 1;
      else this.#counts.closedAbnormally += 1;
    });
    channel.start();
  }

  /** The oldest makes room: a client asks as soon as it is connected, so whoever holds many loses them, not the newcomer. */
  #limitHalfOpen(socket: Duplex): void {
    const { maxHalfOpen = 1000 } = this.#options;
    const [oldest] = this.#halfOpen;
    if (oldest && this.#halfOpen.size >= maxHalfOpen) {
      this.#halfOpen.delete(oldest);
      oldest.destroy();
      this.#logDisplaced(maxHalfOpen);
    }
    this.#halfOpen.add(socket);
    socket.once('close', () => this.#halfOpen.delete(socket));
  }

  #logDisplaced(maxHalfOpen: number): void {
    const { clock, log } = this.#options;
    this.#displaced += 1;
    if (!this.#displacedLines.take(1, clock.nowMs())) return;
    log.warn(
      { maxHalfOpen, closed: this.#displaced },
      'closed connections: too many that ask for nothing',
    );
    this.#displaced = 0;
  }
}

function idsOf({ conferenceId, endpointId }: ChannelRequest): Record<string, string> {
  return { conf: conferenceId.slice(0, 64), endpoint: endpointId.slice(0, 64) };
}
