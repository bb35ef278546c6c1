import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import type { ChannelLink } from '../../conference/ports.ts';
import type { DirectSide } from './conference-router.ts';
import { bridgeChannelOpen, dataChannelAck, isDataChannelOpen, ppid } from './dcep.ts';
import { SctpLink, type SctpLinkListener } from './sctp-link.ts';

/** Which streams a client's first data channel can use: 0 as DTLS client, 1 as DTLS server (RFC 8832 §6). */
const STREAM_IDS = [0, 1] as const;

export type DataChannelListener = SctpLinkListener & {
  text(link: ChannelLink, text: string): void;
};

export type DataChannelOptions = {
  /** The bridge opens the channel, as JVB did in 2018; otherwise the client. */
  readonly opensChannel: boolean;
  readonly listener: DataChannelListener;
  /** A second channel was asked for. */
  readonly onRejected: () => void;
  readonly log: Logger;
  /** See `TransportOptions`. */
  readonly stallMs?: number | undefined;
};

/**
 * A client's bridge channel over SCTP. The first DATA_CHANNEL_OPEN makes stream 0 or 1 of its association the bridge channel; the
 * other one is not served from then on (JVB has one channel per endpoint as well).
 */
export class DataChannel {
  readonly #options: DataChannelOptions;
  #link: SctpLink | undefined;
  /** Of the channel that is open. */
  #streamId: number | undefined;
  /** Our half of opening the channel: sent once more with another worker, as the client may still wait for it. */
  #greeting: Buffer | undefined;
  /** Towards the client, by stream. */
  #outgoing: readonly types.DataConsumer[] = [];

  constructor(options: DataChannelOptions) {
    this.#options = options;
  }

  /** Whether the client has a channel that it would miss. */
  get isOpen(): boolean {
    return this.#link?.isOpen === true;
  }

  /**
   * Prepares both streams on a transport with SCTP whose DTLS was not started. Its closing is not the channel's: `goOn` or `end`
   * follows.
   */
  async prepare(transport: types.WebRtcTransport, { direct, source }: DirectSide): Promise<void> {
    // Requests are pipelined, and towards the client mediasoup numbers streams in the order of the calls.
    this.#outgoing = await Promise.all(
      STREAM_IDS.map(async (streamId) => {
        const [outgoing, incoming] = await Promise.all([
          transport.consumeData({ dataProducerId: source.id, ordered: true }),
          transport
            .produceData({ sctpStreamParameters: { streamId, ordered: true } })
            .then((producer) => direct.consumeData({ dataProducerId: producer.id })),
        ]);
        incoming.on('message', (message, protocol) => this.#receive(streamId, message, protocol));
        // The client closed its channel (patch channel-reset): nothing can be sent on that stream any more.
        outgoing.on('dataproducerclose', () => {
          if (this.#streamId === streamId) this.#link?.lost();
        });
        return outgoing;
      }),
    );
    transport.on('sctpstatechange', (state) => {
      if (state === 'connected' && this.#options.opensChannel) this.#openChannel();
      if (state === 'closed' || state === 'failed') this.#link?.lost();
    });
    transport.observer.on('close', () => this.#link?.pause());
  }

  /** The association goes on through the transport prepared last. */
  goOn(): void {
    const streamId = this.#streamId ?? -1;
    const outgoing = this.#outgoing[streamId];
    if (!outgoing) return;
    if (this.#greeting) this.#send(streamId, this.#greeting);
    this.#link?.goOn(outgoing);
  }

  /** Nothing comes any more, and nobody is told. */
  end(): void {
    this.#link?.end();
  }

  /** Does not wait for the ACK; JVB did not either (colibri1.md §4.1). */
  #openChannel(): void {
    if (this.#link) return;
    this.#open(STREAM_IDS[0], bridgeChannelOpen);
  }

  #open(streamId: number, greeting: Buffer): void {
    const outgoing = this.#outgoing[streamId];
    if (!outgoing) return;
    this.#send(streamId, greeting);
    const { listener, log, stallMs } = this.#options;
    this.#streamId = streamId;
    this.#greeting = greeting;
    this.#link = new SctpLink({ outgoing, listener, log, stallMs });
    listener.opened(this.#link);
  }

  #receive(streamId: number, message: Buffer, protocol: number): void {
    if (protocol === ppid.dcep) {
      this.#receiveDcep(streamId, message);
      return;
    }
    const link = this.#link;
    if (!link?.isOpen || this.#streamId !== streamId) return;
    const { listener } = this.#options;
    if (protocol === ppid.text) listener.text(link, message.toString('utf8'));
    else if (protocol === ppid.emptyText) listener.text(link, '');
  }

  #receiveDcep(streamId: number, message: Buffer): void {
    if (!isDataChannelOpen(message)) {
      // Whatever it is, it answers an OPEN of ours or nothing.
      if (this.#greeting === bridgeChannelOpen) this.#greeting = undefined;
      return;
    }
    if (this.#link && this.#streamId !== streamId) {
      this.#options.log.info({}, 'a second data channel was not opened');
      this.#options.onRejected();
      return;
    }
    if (this.#link) this.#send(streamId, dataChannelAck);
    else this.#open(streamId, dataChannelAck);
  }

  #send(streamId: number, message: Buffer): void {
    this.#outgoing[streamId]?.send(message, ppid.dcep).catch(() => undefined); // fails only with the transport
  }
}
