import { client, xml } from '@xmpp/client';
import { StringDecoder } from 'node:string_decoder';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import { until } from '../until.ts';
import type { Prosody } from './prosody.ts';

/** Another occupant of the brewery, such as a focus: sees presences, sends requests. */
export type Occupant = {
  readonly jid: string;
  /** Every presence from rooms, oldest first. */
  readonly presences: readonly LibraryElement[];
  /** Its own full address. */
  readonly fullJid: string;
  readonly messages: readonly LibraryElement[];
  /** The statistics in the latest presence of an occupant; undefined before the first, or once it has left. */
  stats(nickname: string): ReadonlyMap<string, string> | undefined;
  /** Whether the occupant is in the room now. */
  sees(nickname: string): boolean;
  /** Sends a request and resolves with the reply stanza, whether result or error. */
  request(
    to: string,
    payload: LibraryElement | readonly LibraryElement[],
    type?: 'get' | 'set',
  ): Promise<LibraryElement>;
  send(stanza: LibraryElement): Promise<void>;
  leave(): Promise<void>;
};

export type OccupantOptions = {
  readonly nickname?: string;
  readonly room?: string;
  readonly username?: string;
  readonly password?: string;
  /** False: log in only. */
  readonly join?: boolean;
};

/** Logs in over the unencrypted port and joins the brewery. */
export async function joinAsOccupant(
  prosody: Prosody,
  options: OccupantOptions = {},
): Promise<Occupant> {
  const { username = 'focus', password = 'focus-secret', nickname = 'focus' } = options;
  const room = options.room ?? prosody.brewery;
  const entity = client({
    service: `xmpp://127.0.0.1:${prosody.c2sPort}`,
    domain: prosody.authDomain,
    username,
    lang: 'en',
    credentials: (authenticate) => authenticate({ username, password }, 'SCRAM-SHA-1'),
  });
  entity.reconnect.stop();
  keepSimple(entity);
  const presences: LibraryElement[] = [];
  const messages: LibraryElement[] = [];
  const waiting = new Map<string, (reply: LibraryElement) => void>();
  let requests = 0;
  entity.on('error', () => undefined);
  entity.on('stanza', (stanza: LibraryElement) => {
    if (stanza.name === 'presence') presences.push(stanza);
    if (stanza.name === 'message') messages.push(stanza);
    if (stanza.name === 'iq') waiting.get(stanza.attrs['id'] ?? '')?.(stanza);
  });
  const online = new Promise<string>((resolve) =>
    entity.once('online', (jid: { toString(): string }) => resolve(jid.toString())),
  );
  await entity.connect(`xmpp://127.0.0.1:${prosody.c2sPort}`);
  await entity.open({ domain: prosody.authDomain, lang: 'en' });
  const fullJid = await online;

  const latest = (nick: string) =>
    presences.findLast(({ attrs }) => attrs['from'] === `${room}/${nick}`);
  const occupant: Occupant = {
    jid: `${room}/${nickname}`,
    fullJid,
    presences,
    messages,
    stats: (nick) => {
      const presence = latest(nick);
      if (!presence || presence.attrs['type'] === 'unavailable') return undefined;
      const stats = child(presence, 'stats');
      if (!stats) return undefined;
      const entries = stats.children.filter((entry) => typeof entry !== 'string');
      return new Map(entries.map(({ attrs }) => [attrs['name'] ?? '', attrs['value'] ?? '']));
    },
    sees: (nick) => {
      const presence = latest(nick);
      return presence !== undefined && presence.attrs['type'] === undefined;
    },
    request: async (to, payload, type = 'get') => {
      requests += 1;
      const id = `${nickname}-${requests}`;
      const reply = new Promise<LibraryElement>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no reply to ${id} from ${to}`)), 10_000);
        waiting.set(id, (stanza) => {
          clearTimeout(timer);
          resolve(stanza);
        });
      });
      const payloads: readonly LibraryElement[] = 'name' in payload ? [payload] : payload;
      await entity.send(xml('iq', { type, id, to }, ...payloads));
      return reply;
    },
    send: (stanza) => entity.send(stanza),
    leave: async () => {
      await entity.stop();
    },
  };
  if (options.join !== false) {
    const muc = xml('x', { xmlns: 'http://jabber.org/protocol/muc' });
    await entity.send(xml('presence', { to: occupant.jid }, muc));
    await until(() => (occupant.sees(nickname) ? undefined : `${occupant.jid} has not joined`));
  }
  return occupant;
}

/** The first element child of that name. */
export function child(parent: LibraryElement, name: string): LibraryElement | undefined {
  return parent.children.find(
    (entry): entry is LibraryElement => typeof entry !== 'string' && entry.name === name,
  );
}

/**
 * Plain TCP, since the tests' certificate is in nobody's bundle and the library takes no other; no XEP-0198, since
 * the library loses count when `<enabled/>` and a stanza come in one packet; and whole characters, which it
 * does not put together across packets.
 */
function keepSimple(entity: ReturnType<typeof client>): void {
  const decoder = new StringDecoder('utf8');
  entity._onData = (data) => entity.parser?.write(decoder.write(data));
  const pass = entity._onElement.bind(entity);
  entity._onElement = (element) => {
    for (const name of ['starttls', 'sm']) {
      const feature = element.name === 'stream:features' ? child(element, name) : undefined;
      if (feature) element.remove(feature);
    }
    pass(element);
  };
}
