import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type { ChannelLink } from '../../conference/ports.ts';
import { bridgeChannelOpen, dataChannelAck, isDataChannelOpen, ppid } from './dcep.ts';

/** Which streams a client's first data channel can use: 0 as DTLS client, 1 as DTLS server (RFC 8832 §6). */
const STREAM_IDS = [0, 1] as const;
/** Text waiting to be sent; below the worker's own 2 MB, so that we are the ones to notice. */
const MAX_QUEUED_BYTES = 1024 * 1024;

export type DataChannelListener = {
  opened(link: ChannelLink): void;
  text(link: ChannelLink, text: string): void;
  closed(link: ChannelLink): void;
};

export type DataChannelOptions = {
  /** The client's; with SCTP enabled and DTLS not started. */
  readonly transport: types.WebRtcTransport;
  /** Brings messages to this process. */
  readonly direct: types.DirectTransport;
  /** Never sends: consumers towards the client need some producer, what they carry is sent through them directly. */
  readonly source: types.DataProducer;
  /** The bridge opens the channel, as JVB did in 2018; otherwise the client. */
  readonly opensChannel: boolean;
  readonly listener: DataChannelListener;
  /** A second channel was asked for. */
  readonly onRejected: () => void;
  readonly log: Logger;
};

/**
 * Prepares streams 0 and 1 of a client's SCTP association. The first DATA_CHANNEL_OPEN makes one of them the bridge channel; the
 * other one is not served from then on (JVB has one channel per endpoint as well).
 */
export async function prepareDataChannel(options: DataChannelOptions): Promise<void> {
  const { transport, direct, source } = options;
  const channel: Channel = { link: undefined };
  // Requests are pipelined, and towards the client mediasoup numbers streams in the order of the calls.
  const [first] = await Promise.all(
    STREAM_IDS.map(async (streamId) => {
      const [outgoing, incoming] = await Promise.all([
        transport.consumeData({ dataProducerId: source.id, ordered: true }),
        transport
          .produceData({ sctpStreamParameters: { streamId, ordered: true } })
          .then((producer) => direct.consumeData({ dataProducerId: producer.id })),
      ]);
      incoming.on('message', (message, protocol) => {
        receive(options, channel, { outgoing, message, protocol });
      });
      return outgoing;
    }),
  );
  transport.on('sctpstatechange', (state) => {
    if (state === 'connected' && options.opensChannel) openChannel(options, channel, first);
    if (state === 'closed' || state === 'failed') channel.link?.lost();
  });
  // Closed by us: whoever did it needs no event.
  transport.observer.on('close', () => channel.link?.end());
}

type Channel = { link: SctpLink | undefined };

/** Does not wait for the ACK; JVB did not either (colibri1.md §4.1). */
function openChannel(
  { listener }: DataChannelOptions,
  channel: Channel,
  outgoing: types.DataConsumer | undefined,
): void {
  if (channel.link || !outgoing) return;
  outgoing.send(bridgeChannelOpen, ppid.dcep).catch(() => undefined); // fails only with the transport
  open(channel, outgoing, listener);
}

function open(channel: Channel, outgoing: types.DataConsumer, listener: DataChannelListener): void {
  channel.link = new SctpLink(outgoing, (link) => listener.closed(link));
  listener.opened(channel.link);
}

type Received = {
  /** The stream of the same number towards the client. */
  readonly outgoing: types.DataConsumer;
  readonly message: Buffer;
  readonly protocol: number;
};

function receive(options: DataChannelOptions, channel: Channel, received: Received): void {
  const { listener, log, onRejected } = options;
  const { outgoing, message, protocol } = received;
  if (protocol === ppid.dcep) {
    if (!isDataChannelOpen(message)) return; // an ACK of nothing, or no OPEN
    if (channel.link && channel.link.outgoing !== outgoing) {
      log.info({}, 'a second data channel was not opened');
      onRejected();
      return;
    }
    outgoing.send(dataChannelAck, ppid.dcep).catch(() => undefined); // fails only with the transport
    if (channel.link) return;
    open(channel, outgoing, listener);
    return;
  }
  const link = channel.link;
  if (link?.outgoing !== outgoing || !link.isOpen) return;
  if (protocol === ppid.text) listener.text(link, message.toString('utf8'));
  else if (protocol === ppid.emptyText) listener.text(link, '');
}

class SctpLink implements ChannelLink {
  readonly carrier = 'sctp';
  readonly outgoing: types.DataConsumer;
  readonly #onClosed: (link: ChannelLink) => void;
  /** Bytes handed over whose answer, with the amount really queued, is not here yet. */
  #underwayBytes = 0;
  #queuedBytes = 0;
  #open = true;

  constructor(outgoing: types.DataConsumer, onClosed: (link: ChannelLink) => void) {
    this.outgoing = outgoing;
    this.#onClosed = onClosed;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(text: string): boolean {
    if (!this.#open) return false;
    const bytes = Buffer.byteLength(text);
    if (this.#queuedBytes + this.#underwayBytes + bytes > MAX_QUEUED_BYTES) {
      this.#open = false;
      setImmediate(() => this.#onClosed(this)); // not from within the caller
      return false;
    }
    this.#underwayBytes += bytes;
    this.outgoing
      .send(text)
      .then((queuedBytes) => (this.#queuedBytes = queuedBytes))
      .catch(() => this.lost())
      .finally(() => (this.#underwayBytes -= bytes));
    return true;
  }

  /** A reset of the stream would kill the client's channel for good (bridge-channel.md, B3): it stays. */
  close(): void {
    // nothing to do, see above
  }

  /** The association is gone. */
  lost(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#onClosed(this);
  }

  /** Nothing can be sent any more, and nobody is told. */
  end(): void {
    this.#open = false;
  }
}
