import type { Logger } from '../base/logger.ts';
import { RateLimit } from '../base/rate-limit.ts';
import { type ChannelCommand, type ChannelEvent, isRelayed } from './channel-messages.ts';
import { limits } from './conference-config.ts';
import type { ChannelCodec, ChannelLink } from './ports.ts';
import type { Totals } from './totals.ts';

export type EndpointChannelOptions = {
  readonly codec: ChannelCodec;
  readonly totals: Totals;
  readonly log: Logger;
  readonly nowMs: () => number;
  readonly onOpen: (link: ChannelLink) => void;
  readonly onCommand: (command: ChannelCommand, link: ChannelLink) => void;
};

/** An endpoint's bridge channel: one WebSocket, one SCTP channel, or both, of which one is used (bridge-channel.md §1.1). */
export class EndpointChannel {
  readonly #options: EndpointChannelOptions;
  readonly #messages: RateLimit;
  readonly #bytes: RateLimit;
  #dropped = 0;
  readonly #links = new Map<ChannelLink['carrier'], ChannelLink>();
  #lastReceivedOn: ChannelLink['carrier'] = 'sctp';
  readonly #warnedOf = new Set<string>();
  #everOpened = false;

  constructor(options: EndpointChannelOptions) {
    this.#options = options;
    const nowMs = options.nowMs();
    this.#messages = new RateLimit(limits.messagesPerSecond, limits.messageBurst, nowMs);
    this.#bytes = new RateLimit(limits.messageBytesPerSecond, limits.messageByteBurst, nowMs);
  }

  /** Messages dropped because the client sent too many. */
  get dropped(): number {
    return this.#dropped;
  }

  get codec(): ChannelCodec {
    return this.#options.codec;
  }

  get carrier(): ChannelLink['carrier'] | undefined {
    return this.#current()?.carrier;
  }

  /** Whether the client can be told anything now. */
  get takesMessages(): boolean {
    return this.#current()?.stalled === false;
  }

  /** For people: the carrier in use, and whether the client reads. */
  get description(): string {
    const { carrier } = this;
    if (carrier === undefined) return 'none';
    return this.takesMessages ? carrier : `${carrier}, stalled`;
  }

  get everOpened(): boolean {
    return this.#everOpened;
  }

  /** A new link takes the place of the former one of its kind. */
  opened(link: ChannelLink): void {
    const former = this.#links.get(link.carrier);
    this.#links.set(link.carrier, link);
    this.#everOpened = true;
    if (!this.#links.has(this.#lastReceivedOn)) this.#lastReceivedOn = link.carrier;
    if (former && former !== link) former.close(1000, 'replaced');
    this.#options.onOpen(link);
  }

  closed(link: ChannelLink): void {
    if (this.#isCurrent(link)) this.#links.delete(link.carrier);
  }

  /** Text of the client; ignored on a link that was replaced. */
  received(link: ChannelLink, text: string): void {
    if (!this.#isCurrent(link)) return;
    const { codec, totals, nowMs, onCommand } = this.#options;
    if (link.carrier === 'websocket') totals.webSocketMessagesReceived += 1;
    else totals.dataChannelMessagesReceived += 1;
    if (!this.#mayPass(text, nowMs())) {
      this.#dropped += 1;
      totals.channelMessagesDropped += 1;
      this.#warnOnce('too many messages', 'channel messages dropped');
      return;
    }
    this.#lastReceivedOn = link.carrier;
    const command = codec.decode(text);
    if (command.ok) onCommand(command.value, link);
    else this.#warnOnce(command.error.slice(0, 200), 'channel message dropped');
  }

  /** @returns whether it left; without a channel messages are dropped, the state is replayed when one opens. */
  send(event: ChannelEvent): boolean {
    const link = this.#current();
    return link !== undefined && this.#encodeOn(link, event);
  }

  /** For one event to many: encoded once. */
  sendEncoded(text: string, relayed: boolean): boolean {
    const link = this.#current();
    return link !== undefined && this.#sendOn(link, text, relayed);
  }

  /** An answer goes where the question came from. */
  reply(link: ChannelLink, event: ChannelEvent): void {
    if (this.#isCurrent(link)) this.#encodeOn(link, event);
  }

  /** The endpoint is gone. */
  close(): void {
    const links = [...this.#links.values()];
    this.#links.clear();
    for (const link of links) link.close(1001, 'endpoint closed');
  }

  #mayPass(text: string, nowMs: number): boolean {
    return this.#messages.take(1, nowMs) && this.#bytes.take(Buffer.byteLength(text), nowMs);
  }

  /** The WebSocket if the last message came by it, otherwise the data channel, otherwise what there is. */
  #current(): ChannelLink | undefined {
    const websocket = this.#links.get('websocket');
    const sctp = this.#links.get('sctp');
    return this.#lastReceivedOn === 'websocket' ? (websocket ?? sctp) : (sctp ?? websocket);
  }

  #isCurrent(link: ChannelLink): boolean {
    return this.#links.get(link.carrier) === link;
  }

  /** What the client has no word for counts as sent. */
  #encodeOn(link: ChannelLink, event: ChannelEvent): boolean {
    const text = this.#options.codec.encode(event);
    return text === undefined || this.#sendOn(link, text, isRelayed(event));
  }

  #sendOn(link: ChannelLink, text: string, relayed: boolean): boolean {
    const sent = link.send(text, relayed);
    if (sent && link.carrier === 'websocket') this.#options.totals.webSocketMessagesSent += 1;
    else if (sent) this.#options.totals.dataChannelMessagesSent += 1;
    return sent;
  }

  /** A client that errs usually errs on; ten different mistakes of one are enough to know. */
  #warnOnce(reason: string, message: string): void {
    if (this.#warnedOf.has(reason) || this.#warnedOf.size >= 10) return;
    this.#warnedOf.add(reason);
    this.#options.log.warn({ reason }, message);
  }
}
