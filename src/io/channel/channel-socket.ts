import type { RawData, WebSocket } from 'ws';
import type { Clock, Scheduled, Timers } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import { RateLimit } from '../../base/rate-limit.ts';
import { type ChannelLink, type ChannelReceiver, relayedShare } from '../../conference/ports.ts';

/** What one client may make us hold or do; all of it per channel. */
export type ChannelLimits = {
  readonly messagesPerSecond: number;
  readonly messageBurst: number;
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  /** Sent and not yet taken by the client. */
  readonly maxQueuedBytes: number;
  /** How often a channel is looked at, and pinged unless that is off. */
  readonly pingIntervalMs: number;
  readonly sendPings: boolean;
  readonly idleTimeoutMs: number;
};

/** No client comes near the first four; those that follow are JVB's. */
export const channelLimits: ChannelLimits = {
  messagesPerSecond: 100,
  messageBurst: 500,
  bytesPerSecond: 256 * 1024,
  byteBurst: 2 * 1024 * 1024,
  maxQueuedBytes: 2 * 1024 * 1024,
  pingIntervalMs: 15_000,
  sendPings: true,
  idleTimeoutMs: 60_000,
};

export type ChannelSocketOptions = {
  readonly socket: WebSocket;
  readonly receiver: ChannelReceiver;
  readonly limits: ChannelLimits;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Logger;
};

/** How long a peer may take to answer a close. */
const closeTimeoutMs = 2000;

/** An accepted WebSocket as a bridge channel: bounded in both directions, kept alive, closed with a reason. */
export class ChannelSocket implements ChannelLink {
  readonly carrier = 'websocket';
  readonly #options: ChannelSocketOptions;
  readonly #messages: RateLimit;
  readonly #bytes: RateLimit;
  #heardMs: number;
  #pings: Scheduled | undefined;
  #impatience: Scheduled | undefined;
  #closing = false;

  constructor(options: ChannelSocketOptions) {
    this.#options = options;
    const { limits, clock } = options;
    const nowMs = clock.nowMs();
    this.#heardMs = nowMs;
    this.#messages = new RateLimit(limits.messagesPerSecond, limits.messageBurst, nowMs);
    this.#bytes = new RateLimit(limits.bytesPerSecond, limits.byteBurst, nowMs);
  }

  /** Tells the receiver, and starts delivering. */
  start(): void {
    const { socket, receiver, timers, limits, log } = this.#options;
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('pong', () => this.#heard());
    socket.on('ping', () => this.#heard());
    socket.on('close', (code) => this.#closed(code));
    socket.on('error', (error) => log.debug({ err: error }, 'a bridge channel broke'));
    this.#pings = timers.every(limits.pingIntervalMs, () => this.#checkAlive());
    this.#guarded(() => receiver.opened(this));
  }

  get stalled(): boolean {
    return this.#closing;
  }

  send(text: string, relayed = false): boolean {
    const { socket, limits } = this.#options;
    if (this.#closing || socket.readyState !== socket.OPEN) return false;
    const queuedBytes = socket.bufferedAmount + text.length;
    if (relayed && queuedBytes > limits.maxQueuedBytes * relayedShare) return false;
    if (queuedBytes > limits.maxQueuedBytes) {
      this.#expel(1013, 'client reads too slowly');
      return false;
    }
    socket.send(text, { binary: false });
    return true;
  }

  close(code: number, reason: string): void {
    if (this.#closing) return;
    this.#closing = true;
    const { socket, timers } = this.#options;
    socket.close(code, reason);
    this.#impatience = timers.after(closeTimeoutMs, () => socket.terminate());
  }

  #expel(code: number, reason: string): void {
    if (!this.#closing) this.#options.log.warn({ code, reason }, 'closed a bridge channel');
    this.close(code, reason);
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#closing) return;
    this.#heard();
    if (isBinary) {
      this.#expel(1003, 'text messages only');
      return;
    }
    const bytes = data as Buffer; // binaryType is left at its default: never an array of fragments
    if (!this.#messages.take(1, this.#heardMs)) this.#expel(1008, 'too many messages');
    else if (!this.#bytes.take(bytes.length, this.#heardMs)) this.#expel(1008, 'too many bytes');
    else this.#guarded(() => this.#options.receiver.message(this, bytes.toString('utf8')));
  }

  #heard(): void {
    this.#heardMs = this.#options.clock.nowMs();
  }

  #checkAlive(): void {
    const { socket, clock, limits } = this.#options;
    const silentMs = clock.nowMs() - this.#heardMs;
    if (silentMs >= limits.idleTimeoutMs)
      this.#expel(1001, `idle for ${limits.idleTimeoutMs / 1000} s`);
    else if (limits.sendPings && socket.readyState === socket.OPEN) socket.ping();
  }

  #closed(code: number): void {
    this.#closing = true;
    this.#pings?.cancel();
    this.#impatience?.cancel();
    this.#options.log.debug({ code }, 'bridge channel closed');
    this.#guarded(() => this.#options.receiver.closed(this));
  }

  /** The edge between the socket and the model: a bug behind it must not take the process down. */
  #guarded(deliver: () => void): void {
    try {
      deliver();
    } catch (error) {
      this.#options.log.error({ err: error }, 'a bridge channel event failed');
    }
  }
}
