import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import type { Scheduled, Timers } from '../../base/clock.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { joinRetryDelayMs } from './back-off.ts';
import { describeRoomRefusal } from './failure-reason.ts';
import { bareJid } from './jid.ts';
import { bridgePresence, unavailablePresence, type PresenceStat } from './presence.ts';
import { roomTransition, type RoomEvent, type RoomState } from './room-state.ts';
import { childElements, element, findChild } from './xml.ts';

export type MucRoomOptions = {
  /** Bare JID. */
  readonly jid: string;
  readonly nickname: string;
  /** Our own address, where the server does not add it (components). */
  readonly from?: string | undefined;
  readonly caps: XmlElement;
  readonly stats: () => readonly PresenceStat[];
  readonly send: (stanza: XmlElement) => void;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
};

const mucUser = 'http://jabber.org/protocol/muc#user';
const joinTimeoutMs = 20_000;

/** Our seat in one room: joins, asks again when refused, keeps the presence there up to date (XEP-0045). */
export class MucRoom {
  readonly jid: string;
  readonly #options: MucRoomOptions;
  #state: RoomState = { type: 'outside' };
  #timer: Scheduled | undefined;
  #requests = 0;

  constructor(options: MucRoomOptions) {
    this.#options = options;
    this.jid = bareJid(options.jid);
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Joins on a new stream. */
  enter(): void {
    this.#apply({ type: 'enter' });
  }

  /** The stream is gone, and with it the seat. */
  connectionLost(): void {
    this.#apply({ type: 'left' });
  }

  /** Leaves, telling the room. */
  leave(): void {
    const { send, from } = this.#options;
    if (this.#state.type === 'joined') send(unavailablePresence(this.#state.occupant, from));
    this.#apply({ type: 'left' });
  }

  /** Sends the statistics of now; nothing while not joined. */
  updatePresence(): void {
    if (this.#state.type === 'joined') this.#sendPresence(this.#state.occupant, false);
  }

  /** Takes a presence that came from this room. */
  handlePresence(presence: XmlElement): void {
    const { type, from = '' } = presence.attrs;
    if (type === 'error') {
      this.#refused(describeRoomRefusal(presence));
      return;
    }
    const codes = statusCodes(presence);
    const own =
      codes.has('110') || (this.#state.type === 'joined' && this.#state.occupant === from);
    if (!own) return;
    if (type === 'unavailable') {
      this.#refused(`put out of the room (status ${[...codes].join(', ') || 'none'})`);
      return;
    }
    if (this.#state.type !== 'joining') return;
    this.#apply({ type: 'joined', occupant: from });
    this.#options.log.info({ occupant: from }, 'joined the room');
    if (codes.has('201')) this.#configure();
    this.updatePresence();
  }

  #refused(reason: string): void {
    const before = this.#state;
    this.#apply({ type: 'refused', reason });
    if (this.#state === before || this.#state.type !== 'waiting') return;
    this.#options.log.warn(
      { reason, failures: this.#state.failures },
      'not in the room, asking again',
    );
  }

  #apply(event: RoomEvent): void {
    const next = roomTransition(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#entered(next);
  }

  #entered(state: RoomState): void {
    const { timers, random, nickname } = this.#options;
    switch (state.type) {
      case 'joining':
        this.#timer = timers.after(joinTimeoutMs, () => this.#refused('no answer to the join'));
        this.#sendPresence(`${this.jid}/${nickname}`, true);
        return;
      case 'waiting':
        this.#timer = timers.after(joinRetryDelayMs(state.failures, random), () =>
          this.#apply({ type: 'retry' }),
        );
        return;
      case 'outside':
      case 'joined':
        return;
    }
  }

  #sendPresence(to: string, join: boolean): void {
    const { send, stats, caps, from } = this.#options;
    send(bridgePresence({ to, from, join, stats: stats(), caps }));
  }

  /** A room we created hides its occupants' addresses until told otherwise (status 201, XEP-0045 §10.1). */
  #configure(): void {
    const field = (name: string, value: string) =>
      element('field', { var: name }, element('value', {}, value));
    this.#requests += 1;
    const form = element(
      'x',
      { xmlns: 'jabber:x:data', type: 'submit' },
      field('FORM_TYPE', 'http://jabber.org/protocol/muc#roomconfig'),
      field('muc#roomconfig_whois', 'anyone'),
    );
    const id = `room-config-${this.#requests}`;
    this.#options.send(
      element(
        'iq',
        { type: 'set', id, to: this.jid, from: this.#options.from },
        element('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }, form),
      ),
    );
  }
}

function statusCodes(presence: XmlElement): ReadonlySet<string> {
  const user = findChild(presence, 'x', mucUser);
  const codes = (user ? childElements(user) : [])
    .filter(({ name }) => name === 'status')
    .map(({ attrs }) => attrs['code']);
  return new Set(codes.filter((code) => code !== undefined));
}
