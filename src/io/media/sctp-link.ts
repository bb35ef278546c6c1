import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { type ChannelLink, relayedShare } from '../../conference/ports.ts';

/** Text waiting to be sent; below the worker's own 2 MB, so that we are the ones to notice. */
export const maxQueuedBytes = 1024 * 1024;
/** How often a client that reads too slowly is looked at again. */
export const retryMs = 500;
/** Who reads nothing for so long while the queue is full is given up, as a silent WebSocket is. */
export const defaultStallMs = 60_000;

export type SctpLinkListener = {
  /** It can be sent to: from the start, and again after its queue was full. */
  opened(link: ChannelLink): void;
  closed(link: ChannelLink): void;
};

type Outgoing = Pick<types.DataConsumer, 'send' | 'getBufferedAmount' | 'close'>;

export type SctpLinkOptions = {
  readonly outgoing: Outgoing;
  readonly listener: SctpLinkListener;
  readonly log: Logger;
  /** Default `defaultStallMs`. */
  readonly stallMs?: number | undefined;
};

type Underway = { readonly text: string; readonly bytes: number };

/**
 * A bridge channel over SCTP. It cannot be closed without taking it from the client for good (bridge-channel.md, B3): a
 * client that does not read is sent nothing more until it has read what waits, and is then told the state anew. It is
 * closed only where nothing at all is read for a minute.
 */
export class SctpLink implements ChannelLink {
  readonly carrier = 'sctp';
  readonly #options: SctpLinkOptions;
  #outgoing: Outgoing;
  /** Texts whose answer, with the amount really queued, is not here yet. */
  readonly #underway = new Set<Underway>();
  #underwayBytes = 0;
  #queuedBytes = 0;
  #looking = false;
  /** Since when nothing was read, performance.now(); only while stalled. */
  #unreadSinceMs = 0;
  #state: 'open' | 'stalled' | 'paused' | 'closed' = 'open';

  constructor(options: SctpLinkOptions) {
    this.#options = options;
    this.#outgoing = options.outgoing;
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  get stalled(): boolean {
    return this.#state === 'stalled';
  }

  send(text: string, relayed = false): boolean {
    if (this.#state !== 'open' && this.#state !== 'paused') return false;
    const message = { text, bytes: Buffer.byteLength(text) };
    const queuedBytes = this.#queuedBytes + this.#underwayBytes + message.bytes;
    if (relayed && queuedBytes > maxQueuedBytes * relayedShare) {
      this.#lookLater();
      return false;
    }
    if (queuedBytes > maxQueuedBytes) {
      if (this.#state === 'open') this.#stall();
      return false;
    }
    this.#underway.add(message);
    this.#underwayBytes += message.bytes;
    if (this.#state === 'open') this.#hand(message);
    return true;
  }

  close(): void {
    // A reset of the stream would kill the client's channel for good: it stays.
  }

  /** The association is gone. */
  lost(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#options.listener.closed(this);
  }

  /** Keeps what is sent from now on, and what was not answered, for `goOn`. */
  pause(): void {
    if (this.#state !== 'closed') this.#state = 'paused';
  }

  /** The association goes on with another worker. The client is told the state anew: what was in the former one may be lost. */
  goOn(outgoing: Outgoing): void {
    if (this.#state !== 'paused') return;
    this.#outgoing = outgoing;
    this.#queuedBytes = 0;
    this.#state = 'open';
    for (const message of this.#underway) this.#hand(message);
    this.#options.listener.opened(this);
  }

  /** Nothing can be sent any more, and nobody is told. */
  end(): void {
    this.#state = 'closed';
  }

  #hand(message: Underway): void {
    const outgoing = this.#outgoing;
    outgoing
      .send(message.text)
      .then((queuedBytes) => {
        this.#queuedBytes = queuedBytes;
        this.#underway.delete(message);
        this.#underwayBytes -= message.bytes;
      })
      .catch(() => {
        if (this.#outgoing === outgoing && this.#state !== 'paused') this.lost();
      });
  }

  #stall(): void {
    this.#state = 'stalled';
    this.#unreadSinceMs = performance.now();
    this.#options.log.warn(
      { queuedBytes: this.#queuedBytes + this.#underwayBytes },
      'client reads too slowly: its bridge channel is sent nothing until it has read',
    );
    this.#lookLater();
  }

  /** The worker says how much is queued only when asked or given more. */
  #lookLater(): void {
    if (this.#looking) return;
    this.#looking = true;
    const look = (): void => {
      this.#looking = false;
      if (this.#state !== 'open' && this.#state !== 'stalled') return;
      this.#outgoing
        .getBufferedAmount()
        .then((queuedBytes) => this.#looked(queuedBytes))
        .catch(() => {
          if (this.#state === 'stalled') this.lost();
        });
    };
    setTimeout(look, retryMs).unref();
  }

  #looked(queuedBytes: number): void {
    if (queuedBytes < this.#queuedBytes) this.#unreadSinceMs = performance.now();
    this.#queuedBytes = queuedBytes;
    if (this.#state !== 'stalled') return;
    if (queuedBytes + this.#underwayBytes > 0) {
      if (!this.#giveUp()) this.#lookLater();
      return;
    }
    this.#state = 'open';
    this.#options.listener.opened(this);
  }

  /** The client is told, should it ever read again, and the worker is rid of what waits. */
  #giveUp(): boolean {
    const { stallMs = defaultStallMs, log } = this.#options;
    if (performance.now() - this.#unreadSinceMs < stallMs) return false;
    const fields = { queuedBytes: this.#queuedBytes, seconds: stallMs / 1000 };
    log.warn(fields, 'client reads nothing: its bridge channel is closed');
    this.#outgoing.close();
    this.lost();
    return true;
  }
}
