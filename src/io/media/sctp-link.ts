import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type { ChannelLink } from '../../conference/ports.ts';

/** Text waiting to be sent; below the worker's own 2 MB, so that we are the ones to notice. */
export const maxQueuedBytes = 1024 * 1024;
/** How often a client that reads too slowly is looked at again. */
export const retryMs = 500;

export type SctpLinkListener = {
  /** It can be sent to: from the start, and again after its queue was full. */
  opened(link: ChannelLink): void;
  closed(link: ChannelLink): void;
};

export type SctpLinkOptions = {
  readonly outgoing: Pick<types.DataConsumer, 'send' | 'getBufferedAmount'>;
  readonly listener: SctpLinkListener;
  readonly log: Logger;
};

/**
 * A bridge channel over SCTP. It cannot be closed without taking it from the client for good (bridge-channel.md, B3): a
 * client that does not read is sent nothing more until it has read what waits, and is then told the state anew.
 */
export class SctpLink implements ChannelLink {
  readonly carrier = 'sctp';
  readonly #options: SctpLinkOptions;
  /** Bytes handed over whose answer, with the amount really queued, is not here yet. */
  #underwayBytes = 0;
  #queuedBytes = 0;
  #state: 'open' | 'stalled' | 'closed' = 'open';

  constructor(options: SctpLinkOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  send(text: string): boolean {
    if (this.#state !== 'open') return false;
    const bytes = Buffer.byteLength(text);
    if (this.#queuedBytes + this.#underwayBytes + bytes > maxQueuedBytes) {
      this.#stall();
      return false;
    }
    this.#underwayBytes += bytes;
    this.#options.outgoing
      .send(text)
      .then((queuedBytes) => (this.#queuedBytes = queuedBytes))
      .catch(() => this.lost())
      .finally(() => (this.#underwayBytes -= bytes));
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

  /** Nothing can be sent any more, and nobody is told. */
  end(): void {
    this.#state = 'closed';
  }

  #stall(): void {
    this.#state = 'stalled';
    this.#options.log.warn(
      { queuedBytes: this.#queuedBytes + this.#underwayBytes },
      'client reads too slowly: its bridge channel is sent nothing until it has read',
    );
    this.#retryLater();
  }

  #retryLater(): void {
    const look = (): void => {
      if (this.#state !== 'stalled') return;
      this.#options.outgoing
        .getBufferedAmount()
        .then((queuedBytes) => this.#resume(queuedBytes))
        .catch(() => this.lost());
    };
    setTimeout(look, retryMs).unref();
  }

  #resume(queuedBytes: number): void {
    if (this.#state !== 'stalled') return;
    this.#queuedBytes = queuedBytes;
    if (queuedBytes + this.#underwayBytes > 0) {
      this.#retryLater();
      return;
    }
    this.#state = 'open';
    this.#options.listener.opened(this);
  }
}
