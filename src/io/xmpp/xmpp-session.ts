import type { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Scheduled, Timers } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { isStatsRequest } from './pubsub-stats.ts';
import { describeFailure, describeStreamError, XmppLinkError } from './failure-reason.ts';
import { toLibraryElement } from './library-element.ts';
import { stanzaLimits, stanzaParser } from './stanza-parser.ts';
import { findChild } from './xml.ts';
import type { LibraryElement, XmppEntity } from './xmpp-entity.ts';

/** What a session reports; never from within a call of it. */
export type SessionEvents = {
  /** Bytes came in. */
  readonly onReceived: () => void;
  readonly onStanza: (stanza: XmlElement) => void;
  /** A stanza too large or too deep; `shell` is its outer element without content. */
  readonly onRefused: (shell: XmlElement, reason: string) => void;
  /** The address asked for belongs to another session, or does from now on. */
  readonly onAddressTaken?: () => void;
  /** An open session ended. */
  readonly onClosed: (reason: string) => void;
};

export type SessionOptions = {
  /** Host and port are used literally: no SRV lookup. */
  readonly host: string;
  readonly port: number;
  readonly domain: string;
  readonly events: SessionEvents;
  readonly timers: Timers;
  readonly log: Logger;
};

/** What a kind of connection does differently. */
export type SessionHooks = {
  /** Sees every top-level element until login first; true = dealt with, the library never sees it. */
  readonly intercept?: (element: LibraryElement) => boolean;
  /**
   * What the library sees in place of a stanza that we deal with: it would answer requests itself, before
   * anybody asked who sends them, but has to count stanzas for XEP-0198. Undefined = it sees nothing.
   */
  readonly standIn?: () => LibraryElement;
};

type Phase =
  | { readonly type: 'idle' }
  | {
      readonly type: 'opening';
      readonly resolve: (opened: { readonly resumed: boolean }) => void;
      readonly reject: (reason: XmppLinkError) => void;
      readonly deadline: Scheduled;
    }
  | { readonly type: 'open' }
  | { readonly type: 'closing' };

const smNamespace = 'urn:xmpp:sm:3';
const openTimeoutMs = 30_000;
const closeTimeoutMs = 2000;
const farewellMs = 200;
const libraryTimeoutMs = 15_000;
/** Bytes the server has not taken yet; beyond, it is as good as dead. */
const maxUnsentBytes = 32 * 1024 * 1024;
// The library picks its transport by the scheme; the address comes from socketParameters below.
const tcpService = 'xmpp://server';

/**
 * One connection object of xmpp.js, made safe: bounded parsing, whole UTF-8 characters, no stanza that can
 * throw into the socket, one deadline over everything until login. Usable again after it closed, for resuming
 * (XEP-0198), as long as `resumable` says so.
 */
export class XmppSession {
  readonly #entity: XmppEntity;
  readonly #options: SessionOptions;
  #phase: Phase = { type: 'idle' };
  #rawSocket: Socket | undefined;
  #lastError: unknown;
  #negotiating = false;
  #smOffered = false;
  #bound = false;
  /** True from `<resumed/>` on: what the server held back may follow in the same packet. */
  #receiving = false;

  constructor(entity: XmppEntity, options: SessionOptions, hooks: SessionHooks = {}) {
    this.#entity = entity;
    this.#options = options;
    entity.reconnect.stop(); // when to try again is the link's decision
    entity.timeout = libraryTimeoutMs;
    entity.socketParameters = () => ({ host: options.host, port: options.port });
    this.#guardInput(hooks);
    this.#listen();
  }

  /**
   * Whether `open` may take up the former stream. Not after an attempt that failed while the library negotiated:
   * that leaves listeners in it which would interfere with the next one.
   */
  get resumable(): boolean {
    return !this.#negotiating && (this.#entity.streamManagement?.id ?? '') !== '';
  }

  /** Connects and logs in. Rejects with the reason in words. */
  open(): Promise<{ readonly resumed: boolean }> {
    return new Promise((resolve, reject) => {
      const deadline = this.#options.timers.after(openTimeoutMs, () =>
        this.fail(new XmppLinkError(`no login within ${openTimeoutMs / 1000} s`)),
      );
      this.#lastError = undefined;
      this.#receiving = false;
      this.#smOffered = false;
      this.#bound = false;
      this.#phase = { type: 'opening', resolve, reject, deadline };
      this.#connect().catch((error: unknown) => this.fail(error));
    });
  }

  /** Sends a stanza; false when there is no open stream to send it on. */
  send(stanza: XmlElement): boolean {
    if (this.#phase.type !== 'open') return false;
    const { socket } = this.#entity;
    if ((socket?.writableLength ?? 0) > maxUnsentBytes) {
      this.abort(new XmppLinkError('the server takes no more data from us'));
      return false;
    }
    this.#entity.send(toLibraryElement(stanza)).catch((error: unknown) => {
      this.#options.log.debug({ reason: describeFailure(error) }, 'a stanza was not sent');
    });
    return true;
  }

  /** Ends the stream in good order, or after 2 s anyhow. Resolves when the socket is gone. */
  async close(): Promise<void> {
    const wasOpen = this.#phase.type === 'open';
    this.fail(new XmppLinkError('stopped'));
    this.#enter({ type: 'closing' });
    if (wasOpen) {
      // The library waits longer, and goes on waiting when the socket is gone.
      const { timers } = this.#options;
      const stopped = this.#entity.stop().catch(() => undefined);
      await new Promise<void>((resolve) => {
        const impatience = timers.after(closeTimeoutMs, resolve);
        void stopped.then(() => {
          impatience.cancel();
          resolve();
        });
      });
    }
    this.#destroySocket();
  }

  /** Drops the connection without a word; an open session then reports `onClosed`. */
  abort(reason: Error): void {
    this.#lastError = reason;
    this.#destroySocket();
  }

  /** Gives the attempt to open up. */
  fail(error: unknown): void {
    if (this.#phase.type !== 'opening') return;
    const { reject } = this.#phase;
    this.#enter({ type: 'idle' });
    this.#destroySocket();
    reject(new XmppLinkError(describeFailure(error)));
  }

  async #connect(): Promise<void> {
    const { domain, events } = this.#options;
    const connected = this.#entity.connect(tcpService);
    this.#rawSocket = this.#entity.socket ?? undefined;
    await connected;
    this.#rawSocket?.setNoDelay(true);
    this.#entity.Parser = stanzaParser(stanzaLimits, {
      onRefused: (shell, reason) => events.onRefused(shell, reason),
      onBroken: (error) => this.#broken(error),
    });
    await this.#entity.open({ domain, lang: 'en' });
  }

  #listen(): void {
    this.#entity.on('online', () => {
      this.#bound = true;
      if (!this.#smOffered) this.#opened(false);
    });
    this.#entity.streamManagement?.on('resumed', () => this.#opened(true));
    this.#entity.on('error', (error: unknown) => {
      this.#lastError ??= error;
      if (isConflict(error)) this.#options.events.onAddressTaken?.();
      this.fail(error);
    });
    this.#entity.on('close', () => {
      if (this.#phase.type === 'open') this.#end(new XmppLinkError('the server ended the stream'));
    });
    this.#entity.on('disconnect', () => this.#disconnected());
  }

  #opened(resumed: boolean): void {
    if (this.#phase.type !== 'opening') return;
    const { resolve } = this.#phase;
    this.#negotiating = false;
    this.#receiving = true;
    this.#lastError = undefined;
    this.#enter({ type: 'open' });
    resolve({ resumed });
  }

  /**
   * Follows the negotiation of XEP-0198. The library starts to count some microtasks after `<enabled/>`; a stanza and
   * a request for an acknowledgement in the same packet would be counted wrong, and the server ends the stream
   * for that. So nothing is sent that could bring stanzas before the library is ready.
   */
  #followNegotiation(received: LibraryElement): void {
    if (received.name === 'stream:features') {
      this.#negotiating = true;
      this.#smOffered = received.children.some(
        (feature) => typeof feature !== 'string' && feature.name === 'sm',
      );
    }
    if (received.attrs['xmlns'] !== smNamespace) return;
    this.#receiving ||= received.name === 'resumed';
    if (this.#bound && (received.name === 'enabled' || received.name === 'failed')) {
      setImmediate(() => this.#opened(false));
    }
  }

  #disconnected(): void {
    const error = this.#lastError ?? new XmppLinkError('the server closed the connection');
    this.fail(error);
    if (this.#phase.type !== 'open') return;
    this.#receiving = false;
    this.#enter({ type: 'idle' });
    this.#options.events.onClosed(describeFailure(error));
  }

  #enter(phase: Phase): void {
    if (this.#phase.type === 'opening') this.#phase.deadline.cancel();
    this.#phase = phase;
  }

  #guardInput(hooks: SessionHooks): void {
    const { events, log } = this.#options;
    const entity = this.#entity;
    let decoder = new StringDecoder('utf8');
    entity.on('connect', () => {
      decoder = new StringDecoder('utf8');
    });
    entity._onData = (data) => {
      events.onReceived();
      entity.parser?.write(decoder.write(data));
    };
    const pass = entity._onElement.bind(entity);
    entity._onElement = (received) => {
      try {
        this.#take(received, hooks, pass);
      } catch (error) {
        const { name, attrs } = received;
        log.warn({ err: error, stanza: name, from: attrs['from'] }, 'skipped a stanza');
      }
    };
  }

  #take(received: LibraryElement, hooks: SessionHooks, pass: (seen: LibraryElement) => void): void {
    if (received.name === 'stream:error') {
      this.#endedBy(received);
      return;
    }
    if (this.#phase.type === 'opening') {
      if (hooks.intercept?.(received)) return;
      this.#followNegotiation(received);
    } else if (received.name === 'stream:features') {
      return; // there is nothing left to negotiate
    }
    const ours = this.#receiving && isForUs(received);
    const seen = ours ? hooks.standIn?.() : received;
    if (seen) pass(seen);
    if (ours) this.#options.events.onStanza(received);
  }

  #endedBy(streamError: LibraryElement): void {
    if (findChild(streamError, 'conflict')) {
      this.#negotiating = true; // never resumable: the stream belongs to nobody, and its address to the other
      this.#options.events.onAddressTaken?.();
    }
    this.#end(new XmppLinkError(describeStreamError(streamError)));
  }

  /** The stream cannot go on. */
  #end(error: Error): void {
    this.fail(error);
    this.abort(error);
  }

  /** Not XML: what was sent cannot be had by resuming either, so the next stream is a new one. */
  #broken(error: Error): void {
    const reason = new XmppLinkError(`the server sends what we cannot read: ${error.message}`);
    this.#negotiating = true;
    this.#lastError = reason;
    // The library tells the server why, for which it gets a moment.
    this.#options.timers.after(farewellMs, () => this.#end(reason));
  }

  #destroySocket(): void {
    this.#rawSocket?.destroy();
    this.#entity.socket?.destroy();
  }
}

/** How a server refuses a resource that is taken (RFC 6120 §7.7.2.2). */
function isConflict(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'condition') === 'conflict';
}

function isAnswer(type: string | undefined): boolean {
  return type === 'result' || type === 'error';
}

/** Everything but the answers to the library's own requests, and to pings, of which any sign of life is one. */
function isForUs({ name, attrs }: XmlElement): boolean {
  if (name === 'iq') return !isAnswer(attrs['type']) || isStatsRequest(attrs['id']);
  return name === 'presence' || name === 'message';
}
