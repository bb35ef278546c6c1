import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type { ChannelLink } from '../../conference/ports.ts';
import { bridgeChannelOpen, dataChannelAck, isDataChannelOpen, ppid } from './dcep.ts';
import { SctpLink, type SctpLinkListener } from './sctp-link.ts';

/** Which streams a client's first data channel can use: 0 as DTLS client, 1 as DTLS server (RFC 8832 §6). */
const STREAM_IDS = [0, 1] as const;

export type DataChannelListener = SctpLinkListener & {
  text(link: ChannelLink, text: string): void;
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
  const channel: Channel = { link: undefined, outgoing: undefined };
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
      // The client closed its channel (patch channel-reset): nothing can be sent on that stream any more.
      outgoing.on('dataproducerclose', () => {
        if (channel.outgoing === outgoing) channel.link?.lost();
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

type Channel = {
  link: SctpLink | undefined;
  /** Where its client is sent to. */
  outgoing: types.DataConsumer | undefined;
};

/** Does not wait for the ACK; JVB did not either (colibri1.md §4.1). */
function openChannel(
  options: DataChannelOptions,
  channel: Channel,
  outgoing: types.DataConsumer | undefined,
): void {
  if (channel.link || !outgoing) return;
  outgoing.send(bridgeChannelOpen, ppid.dcep).catch(() => undefined); // fails only with the transport
  open(options, channel, outgoing);
}

function open(
  { listener, log }: DataChannelOptions,
  channel: Channel,
  outgoing: types.DataConsumer,
): void {
  channel.outgoing = outgoing;
  channel.link = new SctpLink({ outgoing, listener, log });
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
    if (channel.link && channel.outgoing !== outgoing) {
      log.info({}, 'a second data channel was not opened');
      onRejected();
      return;
    }
    outgoing.send(dataChannelAck, ppid.dcep).catch(() => undefined); // fails only with the transport
    if (channel.link) return;
    open(options, channel, outgoing);
    return;
  }
  const link = channel.link;
  if (!link?.isOpen || channel.outgoing !== outgoing) return;
  if (protocol === ppid.text) listener.text(link, message.toString('utf8'));
  else if (protocol === ppid.emptyText) listener.text(link, '');
}
