import type { Clock, Scheduled, Timers } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { reconnectDelayMs } from './back-off.ts';
import { capsElement, type EntityCapabilities } from './entity-capabilities.ts';
import { describeFailure } from './failure-reason.ts';
import { iqError, replyStanza } from './iq-reply.ts';
import type { IqRouter } from './iq-router.ts';
import { bareJid } from './jid.ts';
import { KeepAlive } from './keep-alive.ts';
import { linkTransition, type LinkEvent, type LinkState } from './link-state.ts';
import { MucRoom } from './muc-room.ts';
import { bridgePresence, type PresenceStat } from './presence.ts';
import { type PubSubNode, PubSubStats } from './pubsub-stats.ts';
import type { RoomState } from './room-state.ts';
import { childElements, element } from './xml.ts';
import type { SessionEvents, XmppSession } from './xmpp-session.ts';

/** What every kind of connection needs of its surroundings. */
export type XmppEnvironment = {
  readonly presenceStats: () => readonly PresenceStat[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** A request was answered: its element's name, and how long that took. */
  readonly onAnswered?: (name: string, delayMs: number) => void;
  readonly log: Logger;
};

export type XmppLinkOptions = XmppEnvironment & {
  /** A fresh, unopened session. */
  readonly createSession: (events: SessionEvents) => XmppSession;
  readonly router: IqRouter;
  readonly capabilities: EntityCapabilities;
  /** The address asked for signs of life. */
  readonly pinged: string;
  /** Components only: what to put as sender, which a server fills in for clients. */
  readonly address?: { readonly own: string; readonly occupant: string };
  readonly rooms: readonly string[];
  readonly nickname: string;
  readonly presenceIntervalMs: number;
  /** Where statistics are published beside the rooms. */
  readonly pubSub?: PubSubNode;
  readonly ping: { readonly idleMs: number; readonly timeoutMs: number };
};

/** What can be read of a link at any time. */
export type XmppLinkStatus = {
  readonly state: LinkState;
  readonly rooms: readonly { readonly jid: string; readonly state: RoomState }[];
  /** Why the last attempt failed or the last stream ended; undefined since the last login. */
  readonly lastError: string | undefined;
  /** Streams that ended, in good order or not, since the link was made. */
  readonly disconnects: number;
};

/** Requests of one connection in work at once; a focus waits 15 s for each, so a longer queue helps nobody. */
export const maxPendingRequests = 1000;
/** Answers ready while the stream is down, kept in case it is resumed. */
const maxUnsentReplies = 200;

/**
 * One connection to one server, kept up for ever: connects, logs in, sits in its rooms with the bridge's
 * statistics, hands requests to the router, and starts again whenever anything of that breaks.
 */
export class XmppLink {
  readonly #options: XmppLinkOptions;
  readonly #rooms: readonly MucRoom[];
  readonly #keepAlive: KeepAlive;
  readonly #pubSub: PubSubStats | undefined;
  #state: LinkState = { type: 'stopped' };
  #session: XmppSession | undefined;
  #retry: Scheduled | undefined;
  #presence: Scheduled | undefined;
  /** Counts streams that are not resumptions: a reply belongs to the stream its request came on. */
  #stream = 0;
  #unsent: XmlElement[] = [];
  #lastError: string | undefined;
  #disconnects = 0;
  #pings = 0;

  constructor(options: XmppLinkOptions) {
    this.#options = options;
    const { presenceStats, timers, random, log, address, nickname } = options;
    const room = { stats: presenceStats, timers, random, from: address?.occupant, nickname };
    const send = (stanza: XmlElement) => void this.#session?.send(stanza);
    const caps = capsElement(options.capabilities);
    this.#rooms = options.rooms.map(
      (jid) => new MucRoom({ ...room, jid, caps, send, log: log.child({ room: jid }) }),
    );
    this.#pubSub =
      options.pubSub &&
      new PubSubStats({ ...options.pubSub, from: address?.own, stats: presenceStats, send, log });
    const { idleMs, timeoutMs } = options.ping;
    this.#keepAlive = new KeepAlive({
      idleMs,
      timeoutMs,
      clock: options.clock,
      timers,
      ping: () => this.#ping(),
      onDead: () => this.#session?.abort(new Error('the server answers no ping')),
    });
  }

  get status(): XmppLinkStatus {
    // A stream that may be resumed keeps its seats, but while it is down nobody reaches us there.
    const online = this.#state.type === 'online';
    return {
      state: this.#state,
      rooms: this.#rooms.map(({ jid, state }) => ({
        jid,
        state: online ? state : { type: 'outside' },
      })),
      lastError: this.#lastError,
      disconnects: this.#disconnects,
    };
  }

  /** Starts connecting; what comes of it is read from `status`. */
  start(): void {
    this.#apply({ type: 'start' });
  }

  /** Sends the statistics now rather than at the next interval: for changes a focus must not miss. */
  publishStats(): void {
    if (this.#state.type !== 'online') return;
    for (const room of this.#rooms) room.updatePresence();
    this.#pubSub?.publish();
  }

  /** Leaves the rooms, closes the stream, and stays stopped. Resolves when the socket is gone. */
  async stop(): Promise<void> {
    const session = this.#session;
    for (const room of this.#rooms) room.leave();
    this.#apply({ type: 'stop' });
    await session?.close();
    this.#apply({ type: 'closed' });
  }

  #apply(event: LinkEvent): void {
    const next = linkTransition(this.#state, event);
    if (next === this.#state) return;
    if (this.#state.type === 'online') this.#leaveOnline();
    this.#state = next;
    this.#retry?.cancel();
    if (next.type === 'connecting') this.#connect();
    if (next.type === 'waiting') {
      const delayMs = reconnectDelayMs(next.failures, this.#options.random);
      this.#retry = this.#options.timers.after(delayMs, () => this.#apply({ type: 'retry' }));
    }
  }

  #connect(): void {
    const former = this.#session?.resumable ? this.#session : undefined;
    const session = former ?? this.#options.createSession(this.#events());
    this.#session = session;
    runInBackground(async () => {
      try {
        const { resumed } = await session.open();
        this.#online(resumed);
      } catch (error) {
        this.#lost(describeFailure(error));
      }
    }, this.#options.log);
  }

  #events(): SessionEvents {
    return {
      onReceived: () => this.#keepAlive.received(),
      onStanza: (stanza) => this.#receive(stanza),
      onRefused: (shell, reason) => this.#refuse(shell, reason),
      onClosed: (reason) => {
        this.#disconnects += 1;
        this.#lost(reason);
      },
    };
  }

  #online(resumed: boolean): void {
    const { log, timers, presenceIntervalMs } = this.#options;
    this.#apply({ type: 'online' });
    if (this.#state.type !== 'online') return;
    this.#lastError = undefined;
    log.info({ resumed }, resumed ? 'took up the former XMPP stream' : 'logged in to XMPP');
    this.#keepAlive.start();
    this.#presence = timers.every(presenceIntervalMs, () => this.publishStats());
    if (resumed) this.#flushUnsent();
    else this.#enterRooms();
  }

  #enterRooms(): void {
    const { address, capabilities } = this.#options;
    this.#stream += 1;
    this.#unsent = [];
    for (const room of this.#rooms) room.enter();
    this.#pubSub?.begin();
    if (address) return; // a component has no presence but in rooms
    this.#session?.send(bridgePresence({ caps: capsElement(capabilities) }));
  }

  #lost(reason: string): void {
    const repeated = reason === this.#lastError;
    this.#apply({ type: 'lost', reason });
    if (this.#state.type !== 'waiting') return;
    this.#lastError = reason;
    if (!this.#session?.resumable) for (const room of this.#rooms) room.connectionLost();
    const { log } = this.#options;
    // A server that stays down says so once, not every five seconds.
    const say = repeated ? log.debug : log.warn;
    say.call(log, { reason, failures: this.#state.failures }, 'no XMPP connection, trying again');
  }

  #leaveOnline(): void {
    this.#keepAlive.stop();
    this.#presence?.cancel();
  }

  #receive(stanza: XmlElement): void {
    if (stanza.name === 'presence') {
      const room = bareJid(stanza.attrs['from'] ?? '');
      this.#rooms.find(({ jid }) => jid === room)?.handlePresence(stanza);
    } else if (stanza.name === 'iq' && isAnswer(stanza)) {
      this.#pubSub?.answered(stanza);
    } else if (stanza.name === 'iq') {
      this.#answer(stanza);
    }
  }

  #answer(request: XmlElement): void {
    const { router, clock, onAnswered, log } = this.#options;
    const stream = this.#stream;
    const startedMs = clock.nowMs();
    runInBackground(async () => {
      const reply = await router.answer(request);
      if (stream === this.#stream) this.#reply(request, reply);
      onAnswered?.(childElements(request)[0]?.name ?? '', clock.nowMs() - startedMs);
    }, log);
  }

  #reply(request: XmlElement, reply: XmlElement): void {
    // A component answers from whichever of its addresses was asked.
    const from = this.#options.address && request.attrs['to'];
    this.#sendReply(from === undefined ? reply : { ...reply, attrs: { ...reply.attrs, from } });
  }

  #sendReply(reply: XmlElement): void {
    if (this.#session?.send(reply)) return;
    if (this.#unsent.length < maxUnsentReplies) {
      this.#unsent.push(reply);
    } else {
      const { to, id } = reply.attrs;
      this.#options.log.debug({ to, id }, 'no stream for a reply: dropped');
    }
  }

  #flushUnsent(): void {
    const replies = this.#unsent;
    this.#unsent = [];
    for (const reply of replies) this.#sendReply(reply);
  }

  #refuse(shell: XmlElement, reason: string): void {
    const { name, attrs } = shell;
    this.#options.log.warn({ stanza: name, from: attrs['from'], reason }, 'refused a stanza');
    const isRequest = name === 'iq' && (attrs['type'] === 'get' || attrs['type'] === 'set');
    if (!isRequest) return;
    const refusal = iqError('modify', 'policy-violation', reason);
    this.#reply(shell, replyStanza(shell, refusal));
  }

  #ping(): void {
    const { pinged, address } = this.#options;
    this.#pings += 1;
    const attrs = { type: 'get', id: `ping-${this.#pings}`, to: pinged, from: address?.own };
    this.#session?.send(element('iq', attrs, element('ping', { xmlns: 'urn:xmpp:ping' })));
  }
}

function isAnswer({ attrs }: XmlElement): boolean {
  return attrs['type'] === 'result' || attrs['type'] === 'error';
}
