import { client, xml } from '@xmpp/client';
import { WebSocket } from 'ws';
import type { XmlElement } from '../../../src/base/xml-element.ts';
import { toLibraryElement } from '../../../src/io/xmpp/library-element.ts';
import { DecodeError } from '../../../src/protocol/xml/decode-error.ts';
import { element } from '../../../src/protocol/xml/element.ts';
import { ElementReader } from '../../../src/protocol/xml/element-reader.ts';
import { isLoopbackHost } from '../../bridge/loopback.ts';
import { ControlError } from '../control-path.ts';
import { decodeSessionInitiate, type SessionInitiate } from './jingle.ts';
import { messageOf } from '../../../src/base/message-of.ts';

// Before version 22 Node has none of its own, and the library takes it for granted.
(globalThis as { WebSocket?: unknown }).WebSocket ??= WebSocket;

type Stanza = ReturnType<typeof xml>;

export type Deployment = {
  /** `xmpp://host:port` or `wss://host/xmpp-websocket`. */
  readonly service: string;
  readonly domain: string;
  /** Where rooms are. */
  readonly mucDomain: string;
  /** The component that is asked for a conference. */
  readonly focusJid: string;
};

const ANSWER_TIMEOUT_MS = 15_000;
/** Jicofo invites when a second participant is there, and may be slow to find a bridge. */
const INVITATION_TIMEOUT_MS = 30_000;
const MUC = 'http://jabber.org/protocol/muc';
const DISCO = 'http://jabber.org/protocol/disco#info';

/** What lib-jitsi-meet says it can; Jicofo offers accordingly (jicofo: xmpp/Features.kt). */
const features = [
  'urn:xmpp:jingle:1',
  'urn:xmpp:jingle:apps:rtp:1',
  'urn:xmpp:jingle:transports:ice-udp:1',
  'urn:xmpp:jingle:apps:dtls:0',
  'urn:xmpp:jingle:transports:dtls-sctp:1',
  'urn:xmpp:jingle:apps:rtp:audio',
  'urn:xmpp:jingle:apps:rtp:video',
  'urn:ietf:rfc:5888',
  'urn:ietf:rfc:5761',
  'urn:ietf:rfc:4588',
  'http://jitsi.org/tcc',
  'http://jitsi.org/source-name',
  'http://jitsi.org/receive-multiple-video-streams',
  'http://jitsi.org/ssrc-rewriting-1',
];

/** One anonymous XMPP session of a Jitsi participant: asks the focus for the conference, sits in the room, takes the invitation. */
export class XmppParticipant {
  readonly #entity: ReturnType<typeof client>;
  readonly #deployment: Deployment;
  readonly #room: string;
  readonly #nickname: string;
  readonly #waiting = new Map<string, (reply: Stanza) => void>();
  #requests = 0;
  #onInvitation: (initiate: SessionInitiate) => void = () => undefined;
  #lost: ControlError | undefined;
  /** Whoever waits is told why that is in vain. */
  #onFailure: (reason: Error) => void = () => undefined;

  constructor(deployment: Deployment, room: string, nickname: string) {
    this.#deployment = deployment;
    this.#room = `${room}@${deployment.mucDomain}`;
    this.#nickname = nickname;
    const { service, domain } = deployment;
    this.#entity = client({
      service,
      domain,
      lang: 'en',
      username: '',
      credentials: (authenticate) => authenticate({ username: '', password: '' }, 'ANONYMOUS'),
    });
    this.#entity.reconnect.stop();
    this.#entity.on('error', (reason: Error) => this.#onFailure(reason));
    this.#entity.on('disconnect', () => {
      this.#lost = new ControlError(`the connection to ${service} was lost`);
      this.#onFailure(this.#lost);
    });
    this.#entity.on('stanza', (stanza: Stanza) => this.#take(stanza));
    keepSimple(this.#entity, isLoopbackHost(new URL(service).hostname), (stanza) =>
      this.#answer(stanza),
    );
  }

  /**
   * Logs in, joins the room and waits for the focus to invite.
   * @param onAgain the focus invites once more: what it said before is void
   * @throws ControlError
   */
  async join(onAgain: (initiate: SessionInitiate) => void): Promise<SessionInitiate> {
    const { service, domain, focusJid } = this.#deployment;
    const online = new Promise<void>((done) => this.#entity.once('online', () => done()));
    await this.#within(async () => {
      await this.#entity.connect(service);
      await this.#entity.open({ domain, lang: 'en' });
      await online;
    }, `${service} does not let an anonymous participant of ${domain} in`);
    await this.#request(
      focusJid,
      element('conference', {
        xmlns: 'http://jitsi.org/protocol/focus',
        room: this.#room,
        'machine-uid': this.#nickname,
      }),
    );
    const invited = new Promise<SessionInitiate>((done) => {
      this.#onInvitation = (initiate) => {
        this.#onInvitation = onAgain;
        done(initiate);
      };
    });
    await this.#enter();
    return this.#within(
      () => invited,
      `nobody invited ${this.#nickname} to ${this.#room}`,
      INVITATION_TIMEOUT_MS,
    );
  }

  /** @throws ControlError when the focus refuses */
  async tellFocus(jingle: XmlElement): Promise<void> {
    await this.#request(`${this.#room}/focus`, jingle);
  }

  async leave(): Promise<void> {
    await this.#entity.send(
      xml('presence', { to: `${this.#room}/${this.#nickname}`, type: 'unavailable' }),
    );
    await this.#entity.stop();
  }

  async #enter(): Promise<void> {
    const to = `${this.#room}/${this.#nickname}`;
    const presence = element('presence', { to }, [
      element('x', { xmlns: MUC }),
      element('nick', { xmlns: 'http://jabber.org/protocol/nick' }, [`load ${this.#nickname}`]),
      element('stats-id', {}, [`load-${this.#nickname}`]),
    ]);
    await this.#within(
      () => this.#entity.send(toLibraryElement(presence)),
      `${this.#room} cannot be entered`,
    );
  }

  async #request(to: string, payload: XmlElement): Promise<Stanza> {
    this.#requests += 1;
    const id = `${this.#nickname}-${this.#requests}`;
    const reply = new Promise<Stanza>((done) => this.#waiting.set(id, done));
    const iq = xml('iq', { type: 'set', id, to }, toLibraryElement(payload));
    const stanza = await this.#within(
      () => this.#entity.send(iq).then(() => reply),
      `${to} does not answer <${payload.name}>`,
    );
    this.#waiting.delete(id);
    if (stanza.attrs['type'] === 'error') {
      throw new ControlError(`${to} refused <${payload.name}>: ${reasonOf(stanza)}`);
    }
    return stanza;
  }

  #take(stanza: Stanza): void {
    const { type, id = '' } = stanza.attrs;
    if (stanza.name === 'presence' && type === 'error') {
      const refusal = `${this.#room} does not let participants in: ${reasonOf(stanza)}`;
      this.#onFailure(new ControlError(refusal));
    }
    if (stanza.name !== 'iq' || (type !== 'result' && type !== 'error')) return;
    this.#waiting.get(id)?.(stanza);
  }

  /** Requests come from the focus: Jingle, and what we can. */
  #answer(stanza: Stanza): void {
    const { from, id } = stanza.attrs;
    const jingle = childNamed(stanza, 'jingle');
    const isDisco = stanza.children.some(
      (child) => typeof child !== 'string' && child.attrs['xmlns'] === DISCO,
    );
    const payload = isDisco
      ? [
          element('query', { xmlns: DISCO }, [
            element('identity', { category: 'client', type: 'web', name: 'trestle-load' }),
            ...features.map((feature) => element('feature', { var: feature })),
          ]),
        ]
      : [];
    const reply = element('iq', { type: 'result', to: from, id }, payload);
    this.#entity.send(toLibraryElement(reply)).catch(() => undefined); // the connection is gone: so is the asker
    if (jingle?.attrs['action'] === 'session-initiate') this.#takeInvitation(jingle);
  }

  #takeInvitation(jingle: Stanza): void {
    try {
      this.#onInvitation(decodeSessionInitiate(ElementReader.root(jingle)));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const invitation = `the invitation of ${this.#nickname} to ${this.#room}`;
      this.#onFailure(new ControlError(`${invitation} cannot be read: ${error.message}`));
    }
  }

  async #within<T>(
    task: () => Promise<T>,
    failure: string,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<T> {
    if (this.#lost) throw this.#lost;
    let timer: NodeJS.Timeout | undefined;
    const vain = new Promise<never>((_, reject) => {
      this.#onFailure = reject;
      timer = setTimeout(() => reject(new ControlError(failure)), timeoutMs);
    });
    try {
      return await Promise.race([task(), vain]);
    } catch (error) {
      if (error instanceof ControlError) throw error;
      throw new ControlError(`${failure}: ${messageOf(error)}`);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Condition and text of an error (RFC 6120 §8.3.2). */
function reasonOf(stanza: Stanza): string {
  const error = childNamed(stanza, 'error');
  const [condition] = error?.children.filter((child) => typeof child !== 'string') ?? [];
  const text = error && textOf(childNamed(error, 'text'));
  return [condition?.name ?? 'without a reason', text].filter(Boolean).join(': ').slice(0, 500);
}

function textOf(stanza: Stanza | undefined): string {
  return (stanza?.children ?? []).filter((child) => typeof child === 'string').join('');
}

function childNamed(stanza: Stanza, name: string): Stanza | undefined {
  return stanza.children.find(
    (child): child is Stanza => typeof child !== 'string' && child.name === name,
  );
}

/**
 * No XEP-0198, since the library loses count when `<enabled/>` and a stanza come in one packet; on this machine no TLS either, since
 * test servers sign their own certificates. Requests are ours to answer: the library would refuse them.
 */
function keepSimple(
  entity: ReturnType<typeof client>,
  isLocal: boolean,
  onRequest: (stanza: Stanza) => void,
): void {
  const unwanted = isLocal ? ['sm', 'starttls'] : ['sm'];
  const pass = entity._onElement.bind(entity);
  entity._onElement = (stanza) => {
    if (stanza.name === 'stream:features') {
      for (const child of [...stanza.children]) {
        if (typeof child !== 'string' && unwanted.includes(child.name)) {
          stanza.remove(child as Stanza);
        }
      }
    }
    const isRequest = ['get', 'set'].includes(stanza.attrs['type'] ?? '');
    if (stanza.name === 'iq' && isRequest) onRequest(stanza);
    else pass(stanza);
  };
}
