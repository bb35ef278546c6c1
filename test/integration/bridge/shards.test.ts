// Several XMPP servers at once, as an operator of shards sees them (operations.md §1, §4.5).
import { xml } from '@xmpp/client';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { type Prosody, startProsody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

type LinkState = {
  readonly id: string;
  readonly state: { readonly type: string };
  readonly lastError?: string;
  readonly rooms: readonly {
    readonly state: { readonly type: string; readonly reason?: string };
  }[];
};

let east: Prosody;
let west: Prosody;
let eastFocus: Occupant;
let westFocus: Occupant;
const running: BridgeProcess[] = [];

beforeEach(async () => {
  [east, west] = await Promise.all([startProsody(), startProsody({ domain: 'west.test' })]);
  [eastFocus, westFocus] = await Promise.all([joinAsOccupant(east), joinAsOccupant(west)]);
});

afterEach(async () => {
  for (const bridge of running.splice(0)) {
    bridge.signal('SIGKILL');
    await bridge.ended;
  }
  await Promise.allSettled([eastFocus.leave(), westFocus.leave()]);
  await Promise.all([east.close(), west.close()]);
});

function login(prosody: Prosody, changes: Readonly<Record<string, string>> = {}) {
  return {
    hostname: '127.0.0.1',
    port: String(prosody.c2sPort),
    domain: prosody.authDomain,
    username: 'jvb',
    password: 'jvb-secret',
    muc_jids: prosody.brewery,
    muc_nickname: 'bridge-1',
    disable_certificate_verification: 'true',
    ...changes,
  };
}

async function start(logins: Readonly<Record<string, object>>): Promise<BridgeProcess> {
  const configs = JSON.stringify(logins);
  const bridge = await BridgeProcess.start({
    config: `videobridge.apis.xmpp-client.configs = ${configs}`,
  });
  running.push(bridge);
  return bridge;
}

async function linksOf(bridge: BridgeProcess): Promise<ReadonlyMap<string, LinkState>> {
  const debug = (await (await fetch(`${bridge.restUrl}/debug`)).json()) as { xmpp: LinkState[] };
  return new Map(debug.xmpp.map((link) => [link.id, link]));
}

const statisticsOf = async (bridge: BridgeProcess) =>
  (await (await fetch(`${bridge.restUrl}/colibri/stats`)).json()) as Record<string, number>;

/** A bridge is seen a moment before it knows that it has joined. */
const untilStatistics = (bridge: BridgeProcess, expected: Readonly<Record<string, number>>) =>
  until(async () => {
    const statistics = await statisticsOf(bridge);
    const wrong = Object.entries(expected).filter(([key, value]) => statistics[key] !== value);
    return wrong.length === 0
      ? undefined
      : wrong.map(([key]) => `${key} is ${statistics[key] ?? 'absent'}`).join();
  });

const seenBy = (focus: Occupant) =>
  until(() => (focus.stats('bridge-1') ? undefined : 'the bridge is not in the brewery'));

it('serves two servers; one that is killed does not disturb the other and is joined again', async () => {
  const bridge = await start({ east: login(east), west: login(west) });
  await Promise.all([seenBy(eastFocus), seenBy(westFocus)]);
  await untilStatistics(bridge, { muc_clients_connected: 2, mucs_joined: 2 });

  await west.kill();
  await until(async () => {
    const link = (await linksOf(bridge)).get('west');
    return link?.state.type === 'waiting' && link.lastError !== undefined
      ? undefined
      : `west is ${JSON.stringify(link)}`;
  });
  await untilStatistics(bridge, { muc_clients_connected: 1, mucs_joined: 1 });
  expect((await fetch(`${bridge.restUrl}/about/health`)).status).toBe(200);
  const said = eastFocus.presences.length;
  await fetch(`${bridge.restUrl}/colibri/drain/enable`, { method: 'POST' });
  await until(() => (eastFocus.presences.length > said ? undefined : 'east hears nothing'));

  await west.restart();
  westFocus = await joinAsOccupant(west);
  await seenBy(westFocus);
  expect(westFocus.stats('bridge-1')?.get('drain')).toBe('true');
});

it('says in words what is wrong with a login, and goes on with the others', async () => {
  const bridge = await start({
    east: login(east),
    wrong: login(west, { password: 'do-not-show-me' }),
    away: login(west, { muc_jids: 'brewery@nowhere.west.test', muc_nickname: 'bridge-2' }),
  });
  await seenBy(eastFocus);
  await until(async () => {
    const links = await linksOf(bridge);
    const [wrong, away] = [links.get('wrong'), links.get('away')];
    const room = away?.rooms[0]?.state.reason ?? '';
    return wrong?.lastError?.includes('wrong USERNAME or PASSWORD') === true &&
      /MUC_JIDS|room/.test(room)
      ? undefined
      : `${JSON.stringify(wrong)} ${JSON.stringify(away)}`;
  });
  const shown = JSON.stringify([...(await linksOf(bridge)).values()]) + JSON.stringify(bridge.log);
  expect(shown).not.toContain('do-not-show-me');
});

it('comes back into a brewery that was destroyed', async () => {
  const bridge = await start({ east: login(east) });
  await seenBy(eastFocus);
  const owner = 'http://jabber.org/protocol/muc#owner';
  const reply = await eastFocus.request(
    east.brewery,
    xml('query', { xmlns: owner }, xml('destroy', {})),
    'set',
  );
  expect(reply.attrs['type']).toBe('result');
  await until(() => (eastFocus.sees('focus') ? 'the focus is still in the room' : undefined));
  const again = await joinAsOccupant(east, { nickname: 'focus-again' });
  try {
    await until(() => (again.stats('bridge-1') ? undefined : 'the bridge does not come back'));
    await untilStatistics(bridge, { mucs_joined: 1 });
  } finally {
    await again.leave();
  }
});

it('shares a brewery with a JVB of another version', async () => {
  const jvb = await joinAsOccupant(east, {
    username: 'jvb',
    password: 'jvb-secret',
    nickname: 'jvb-old',
  });
  try {
    const stat = (name: string, value: string) => xml('stat', { name, value });
    await jvb.send(
      xml(
        'presence',
        { to: `${east.brewery}/jvb-old` },
        xml(
          'stats',
          { xmlns: 'http://jitsi.org/protocol/colibri' },
          stat('version', '2.3.187-g4c1d0e2f'),
          stat('drain', 'false'),
          stat('stress_level', '0.5'),
        ),
      ),
    );
    const bridge = await start({ east: login(east) });
    await seenBy(eastFocus);
    await until(() => (eastFocus.stats('jvb-old') ? undefined : 'the JVB is not seen'));
    expect(eastFocus.stats('jvb-old')?.get('version')).toBe('2.3.187-g4c1d0e2f');
    expect(eastFocus.stats('bridge-1')?.get('version')).not.toBe('2.3.187-g4c1d0e2f');
    // Each answers for itself.
    const health = xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });
    const answer = await eastFocus.request(`${east.brewery}/bridge-1`, health);
    expect(answer.attrs['type']).toBe('result');
    expect(bridge.log.filter(({ level }) => Number(level) >= 50)).toEqual([]);
  } finally {
    await jvb.leave();
  }
});

it('takes logins up and gives them up while it runs', async () => {
  const bridge = await start({ east: login(east) });
  const post = (path: string, body: object) =>
    fetch(`${bridge.restUrl}/colibri/muc-client/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const list = async () => (await fetch(`${bridge.restUrl}/colibri/muc-client/list`)).json();
  expect((await post('add', { id: 'west', ...login(west) })).status).toBe(200);
  await seenBy(westFocus);
  expect((await post('add', { id: 'west', ...login(west) })).status).toBe(200);
  expect(await list()).toEqual(['east', 'west']);
  const incomplete = await post('add', { id: 'north', hostname: 'x' });
  expect(incomplete.status).toBe(400);
  expect(await incomplete.text()).toContain('USERNAME');
  expect((await post('remove', { id: 'west' })).status).toBe(200);
  await until(() => (westFocus.sees('bridge-1') ? 'a ghost is in the brewery' : undefined));
  expect(await list()).toEqual(['east']);
  expect((await post('remove', { id: 'west' })).status).toBe(400);
});
