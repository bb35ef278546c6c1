import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IqReply } from '../../../src/io/xmpp/iq-reply.ts';
import type { IqRoute } from '../../../src/io/xmpp/iq-router.ts';
import {
  bridgeLink,
  untilJoined,
  type BridgeLink,
  type BridgeLinkOptions,
} from '../../support/prosody/bridge-link.ts';
import { joinAsOccupant } from '../../support/prosody/occupant.ts';
import { startProsody, type Prosody } from '../../support/prosody/prosody.ts';
import { startTcpRelay } from '../../support/prosody/tcp-relay.ts';
import { until } from '../../support/until.ts';

let prosody: Prosody;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  prosody = await startProsody({
    // The first focus user to come owns the room and may throw out others.
    globalConfig: 'admins = { "focus@auth.meet.test" }',
  });
});
afterAll(() => prosody.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function startLink(server: Prosody, options: BridgeLinkOptions = {}): BridgeLink {
  const made = bridgeLink(server, options);
  closing.push(() => made.link.stop());
  made.link.start();
  return made;
}

async function focus(server = prosody) {
  const occupant = await joinAsOccupant(server);
  closing.push(() => occupant.leave());
  return occupant;
}

async function untilWaiting({ link }: BridgeLink, reason: RegExp): Promise<void> {
  await until(() => {
    const { state, lastError } = link.status;
    const so = state.type === 'waiting' && reason.test(lastError ?? '');
    return so ? undefined : `${state.type}: ${lastError ?? 'no error'}`;
  });
}

describe('a server that comes and goes', () => {
  it('is joined again after it was killed and started anew', async () => {
    const server = await startProsody();
    closing.push(() => server.close());
    const bridge = startLink(server);
    await untilJoined(bridge);
    await server.kill();
    await untilWaiting(bridge, /nothing listens|closed the connection|reset the connection/);
    expect(bridge.link.status.disconnects).toBe(1);
    await server.restart();
    await untilJoined(bridge);
    const jicofo = await focus(server);
    await until(() => (jicofo.stats('bridge-1') ? undefined : 'no statistics seen'));
    expect(bridge.link.status.lastError).toBeUndefined();
  });

  it('is said to be down once, not at every attempt', async () => {
    const server = await startProsody();
    await server.close();
    const bridge = startLink(server);
    await until(() => {
      const { state } = bridge.link.status;
      return 'failures' in state && state.failures >= 2 ? undefined : 'not tried twice';
    });
    expect(bridge.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    expect(bridge.link.status.lastError).toMatch(/nothing listens/);
  });

  it('does not disturb the link to another', async () => {
    const server = await startProsody({ domain: 'other.test' });
    closing.push(() => server.close());
    const here = startLink(prosody);
    const there = startLink(server);
    await Promise.all([untilJoined(here), untilJoined(there)]);
    await server.kill();
    await until(() => (there.link.status.state.type === 'online' ? 'still online' : undefined));
    const jicofo = await focus();
    await until(() => (jicofo.stats('bridge-1') ? undefined : 'no statistics seen'));
    expect(here.link.status).toMatchObject({ state: { type: 'online' }, disconnects: 0 });
  });

  it('can be given up while it is down', async () => {
    const server = await startProsody();
    await server.close();
    const bridge = startLink(server);
    await untilWaiting(bridge, /nothing listens/);
    await bridge.link.stop();
    expect(bridge.link.status.state).toEqual({ type: 'stopped' });
  });

  it('can be given up in the middle of connecting', async () => {
    const bridge = startLink(prosody);
    await bridge.link.stop();
    expect(bridge.link.status.state).toEqual({ type: 'stopped' });
  });
});

describe('a broken connection', () => {
  it('is taken up again without leaving the room, and nothing is lost', async () => {
    const relay = await startTcpRelay(prosody.c2sPort);
    closing.push(() => relay.close());
    let finish: (() => void) | undefined;
    const slow: IqRoute = {
      name: 'slow',
      namespace: 'urn:test',
      types: ['get'],
      access: 'focus',
      handler: () =>
        new Promise<IqReply>((resolve) => {
          finish = () => resolve({ type: 'result' });
        }),
    };
    const jicofo = await focus();
    const bridge = startLink(prosody, { config: { port: relay.port }, routes: [slow] });
    await untilJoined(bridge);
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    const to = `${prosody.brewery}/bridge-1`;
    const early = jicofo.request(to, xml('slow', { xmlns: 'urn:test' }));
    await until(() => (finish ? undefined : 'request not arrived'));
    relay.hangUpOn(1);
    relay.cut();
    await until(() => (bridge.link.status.state.type === 'online' ? 'still online' : undefined));
    finish?.(); // answered while there is no stream
    const during = jicofo.request(to, xml('ping', { xmlns: 'urn:xmpp:ping' }));
    expect((await early).attrs['type']).toBe('result');
    expect((await during).attrs['type']).toBe('result');
    expect(relay.connections).toBe(3);
    const gone = jicofo.presences.filter(({ attrs }) => attrs['type'] === 'unavailable');
    expect(gone).toEqual([]);
    expect(bridge.log.lines.map(({ message }) => message)).toContain(
      'took up the former XMPP stream',
    );
  });

  it('means a new stream and a new join where the server has forgotten us', async () => {
    const server = await startProsody({ globalConfig: 'modules_disabled = { "s2s", "smacks" }' });
    closing.push(() => server.close());
    const relay = await startTcpRelay(server.c2sPort);
    closing.push(() => relay.close());
    const bridge = startLink(server, { config: { port: relay.port } });
    await untilJoined(bridge);
    relay.cut();
    await until(() => (bridge.link.status.disconnects === 1 ? undefined : 'cut not noticed'));
    await untilJoined(bridge);
    expect(relay.connections).toBe(2);
  });
});

describe('an address', () => {
  it('is taken from the session of a bridge that was killed, whose seat the focus sees end', async () => {
    const relay = await startTcpRelay(prosody.c2sPort);
    closing.push(() => relay.close());
    const jicofo = await focus();
    const killed = startLink(prosody, { config: { port: relay.port } });
    await untilJoined(killed);
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    const seatsLeft = () =>
      jicofo.presences.filter(
        ({ attrs }) => attrs['from']?.endsWith('/bridge-1') && attrs['type'] === 'unavailable',
      ).length;
    // The connection breaks without a word and nobody comes back: the server keeps session and seat for resuming.
    await relay.close();
    await untilWaiting(killed, /nothing listens/);
    expect(seatsLeft()).toBe(0);
    const successor = startLink(prosody);
    await untilJoined(successor);
    await until(() => (seatsLeft() === 1 ? undefined : 'the former seat is still there'));
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'the successor is not seen'));
    const ping = xml('ping', { xmlns: 'urn:xmpp:ping' });
    const answer = await jicofo.request(`${prosody.brewery}/bridge-1`, ping);
    expect(answer.attrs['type']).toBe('result');
  });

  it.each(['kick_old', 'kick_new'])(
    'that two living bridges claim makes neither drive the other out again (%s)',
    async (policy) => {
      const server = await startProsody({ globalConfig: `conflict_resolve = "${policy}"` });
      closing.push(() => server.close());
      const first = startLink(server);
      await untilJoined(first);
      const second = startLink(server);
      await untilJoined(second);
      const warned = () =>
        [first, second].flatMap(({ log }) => log.lines).map(({ message }) => message);
      await until(() =>
        warned().join().includes('used by two bridges') ? undefined : 'no word of it',
      );
      await Promise.all([untilJoined(first), untilJoined(second)]);
      const disconnects = first.link.status.disconnects + second.link.status.disconnects;
      expect(disconnects).toBe(policy === 'kick_old' ? 1 : 0);
    },
  );
});

describe('a login', () => {
  it('with a wrong password is refused in words, without the password, and tried again', async () => {
    const relay = await startTcpRelay(prosody.c2sPort);
    closing.push(() => relay.close());
    const config = { password: 'n0t-the-secret', port: relay.port };
    const bridge = startLink(prosody, { config });
    await untilWaiting(bridge, /^login refused: wrong USERNAME or PASSWORD/);
    await until(() => (relay.connections >= 2 ? undefined : 'not tried again'));
    expect(bridge.link.status.rooms).toMatchObject([{ state: { type: 'outside' } }]);
    expect(JSON.stringify(bridge.log.lines)).not.toContain('n0t-the-secret');
  });

  it('to a domain the server does not serve is refused in words', async () => {
    const bridge = startLink(prosody, { config: { domain: 'elsewhere.test' } });
    await untilWaiting(bridge, /does not serve DOMAIN/);
  });

  it('works with names and passwords beyond ASCII', async () => {
    const server = await startProsody({ users: { jörg: 'pässwörd €,=', focus: 'focus-secret' } });
    closing.push(() => server.close());
    const config = { username: 'jörg', password: 'pässwörd €,=' };
    await untilJoined(startLink(server, { config }));
  });
});

describe('a room', () => {
  it('where the nickname is in use refuses, and is asked again until it is free', async () => {
    const jicofo = await joinAsOccupant(prosody, { nickname: 'bridge-1' });
    const bridge = startLink(prosody);
    await until(() => {
      const [room] = bridge.link.status.rooms;
      return room?.state.type === 'waiting' && room.state.reason.includes('nickname in use')
        ? undefined
        : JSON.stringify(room);
    });
    expect(bridge.link.status.state.type).toBe('online');
    await jicofo.leave();
    await untilJoined(bridge);
  });

  it('on a service that does not exist is refused in words', async () => {
    const bridge = startLink(prosody, { config: { mucJids: ['room@nowhere.invalid'] } });
    await until(() => {
      const [room] = bridge.link.status.rooms;
      return room?.state.type === 'waiting' ? undefined : JSON.stringify(room);
    });
    expect(bridge.link.status.rooms[0]?.state).toMatchObject({
      reason: expect.stringMatching(/check MUC_JIDS/) as unknown,
    });
  });

  it.each([
    ['for members only', { 'muc#roomconfig_membersonly': '1' }, /members only/],
    ['that wants a password', { 'muc#roomconfig_roomsecret': 'x' }, /wants a password/],
  ])('%s refuses in words', async (_, settings, reason) => {
    const server = await startProsody();
    closing.push(() => server.close());
    const owner = await focus(server);
    const field = ([name, value]: [string, string]) =>
      xml('field', { var: name }, xml('value', {}, value));
    const form = xml(
      'x',
      { xmlns: 'jabber:x:data', type: 'submit' },
      field(['FORM_TYPE', 'http://jabber.org/protocol/muc#roomconfig']),
      ...Object.entries(settings).map(field),
    );
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/muc#owner' }, form);
    expect((await owner.request(server.brewery, query, 'set')).attrs['type']).toBe('result');
    const bridge = startLink(server);
    await until(() => {
      const state = bridge.link.status.rooms[0]?.state;
      return state?.type === 'waiting' && reason.test(state.reason)
        ? undefined
        : JSON.stringify(state);
    });
    expect(bridge.log.lines.some(({ fields }) => reason.test(JSON.stringify(fields)))).toBe(true);
  });

  it('that bans us refuses in words', async () => {
    const server = await startProsody();
    closing.push(() => server.close());
    const owner = await focus(server);
    const ban = xml('item', { jid: 'jvb@auth.meet.test', affiliation: 'outcast' });
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, ban);
    expect((await owner.request(server.brewery, query, 'set')).attrs['type']).toBe('result');
    const bridge = startLink(server);
    await until(() => {
      const state = bridge.link.status.rooms[0]?.state;
      const so = state?.type === 'waiting' && state.reason.includes('banned');
      return so ? undefined : JSON.stringify(state);
    });
  });

  it('that throws us out is entered again', async () => {
    const jicofo = await focus();
    const bridge = startLink(prosody);
    await untilJoined(bridge);
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    const kick = xml('item', { nick: 'bridge-1', role: 'none' });
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/muc#admin' }, kick);
    const answer = await jicofo.request(prosody.brewery, query, 'set');
    expect(answer.attrs['type']).toBe('result');
    await until(() => {
      const type = bridge.link.status.rooms[0]?.state.type;
      return type === 'joined' ? 'not thrown out' : undefined;
    });
    await untilJoined(bridge);
    expect(bridge.link.status.disconnects).toBe(0);
  });

  it('that we created shows addresses to everybody', async () => {
    const server = await startProsody({ mucConfig: 'muc_room_locking = true' });
    closing.push(() => server.close());
    const bridge = startLink(server);
    await untilJoined(bridge);
    await until(async () => {
      const jicofo = await focus(server);
      await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
      const presence = jicofo.presences.find(({ attrs }) => attrs['from']?.endsWith('/bridge-1'));
      return presence?.toString().includes('jid="jvb@auth.meet.test') ? undefined : 'jid hidden';
    });
  });
});
