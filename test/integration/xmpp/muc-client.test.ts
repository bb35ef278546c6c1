import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { capsVer, clientCapabilities } from '../../../src/io/xmpp/entity-capabilities.ts';
import type { IqRoute } from '../../../src/io/xmpp/iq-router.ts';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import { childElements, element } from '../../../src/io/xmpp/xml.ts';
import {
  bridgeLink,
  untilJoined,
  type BridgeLinkOptions,
} from '../../support/prosody/bridge-link.ts';
import { child, joinAsOccupant, type OccupantOptions } from '../../support/prosody/occupant.ts';
import { startProsody, type Prosody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const colibri2: IqRoute = {
  name: 'conference-modify',
  namespace: 'jitsi:colibri2',
  types: ['get', 'set'],
  access: 'focus',
  handler: (payload) => {
    const attrs = { xmlns: 'jitsi:colibri2', 'meeting-id': payload.attrs['meeting-id'] };
    return Promise.resolve({ type: 'result', payload: element('conference-modified', attrs) });
  },
};

let prosody: Prosody;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  prosody = await startProsody({
    users: { jvb: 'jvb-secret', focus: 'focus-secret', guest: 'guest-secret' },
  });
});
afterAll(() => prosody.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function bridge(options: BridgeLinkOptions = {}) {
  const made = bridgeLink(prosody, options);
  closing.push(() => made.link.stop());
  made.link.start();
  await untilJoined(made);
  return made;
}

async function focus(options: OccupantOptions = {}) {
  const occupant = await joinAsOccupant(prosody, options);
  closing.push(() => occupant.leave());
  return occupant;
}

const bridgeJid = () => `${prosody.brewery}/bridge-1`;
const healthcheck = () => xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });

function condition(reply: LibraryElement): string | undefined {
  const [first] = child(reply, 'error')?.children ?? [];
  return typeof first === 'object' ? first.name : undefined;
}

/** The bridge's own address, as rooms with public addresses show it. */
function realJid(presences: readonly LibraryElement[]): string {
  const presence = presences.findLast(({ attrs }) => attrs['from'] === bridgeJid());
  const muc = presence?.children.filter((entry) => typeof entry === 'object') as LibraryElement[];
  const user = muc.find(({ attrs }) => attrs['xmlns'] === 'http://jabber.org/protocol/muc#user');
  return (user && child(user, 'item')?.attrs['jid']) ?? 'hidden';
}

describe('presence in the brewery', () => {
  it('comes over verified TLS and shows the statistics to other occupants', async () => {
    const jicofo = await focus();
    const { link } = await bridge();
    await until(() => (jicofo.stats('bridge-1') ? undefined : 'no statistics seen'));
    expect(jicofo.stats('bridge-1')).toEqual(
      new Map([
        ['drain', 'false'],
        ['stress_level', '0.01'],
        ['healthy', 'true'],
      ]),
    );
    expect(link.status).toMatchObject({ state: { type: 'online' }, lastError: undefined });
    const mine = jicofo.presences.filter(({ attrs }) => attrs['from'] === bridgeJid());
    expect(mine.map((presence) => child(presence, 'priority')?.children)).toEqual(
      mine.map(() => ['0']),
    );
    expect(mine.every((presence) => child(presence, 'stats'))).toBe(true);
  });

  it('repeats the statistics with their values of then', async () => {
    const jicofo = await focus();
    const { stats } = await bridge({ presenceIntervalMs: 50 });
    stats.set('stress_level', '0.7');
    await until(() =>
      jicofo.stats('bridge-1')?.get('stress_level') === '0.7' ? undefined : 'old stress',
    );
  });

  it('is published at once when asked to', async () => {
    const jicofo = await focus();
    const { stats, link } = await bridge({ presenceIntervalMs: 3_600_000 });
    await until(() => (jicofo.stats('bridge-1') ? undefined : 'no statistics seen'));
    stats.set('drain', 'true');
    link.publishStats();
    await until(() =>
      jicofo.stats('bridge-1')?.get('drain') === 'true' ? undefined : 'drain not seen',
    );
  });

  it('carries any text, and loses no character that XML can carry', async () => {
    const jicofo = await focus();
    const { stats } = await bridge({ presenceIntervalMs: 50 });
    stats.set('region', `<&"'> é 𝟛 \u0000 ${'ü'.repeat(30_000)}`);
    await until(() => (jicofo.stats('bridge-1')?.has('region') ? undefined : 'no region'));
    expect(jicofo.stats('bridge-1')?.get('region')).toBe(`<&"'> é 𝟛 \ufffd ${'ü'.repeat(30_000)}`);
  });

  it('advertises capabilities whose hash is that of the discovery answer', async () => {
    const jicofo = await focus();
    await bridge();
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    const presence = jicofo.presences.findLast(({ attrs }) => attrs['from'] === bridgeJid());
    const { node, ver } = child(presence!, 'c')!.attrs;
    const disco = { xmlns: 'http://jabber.org/protocol/disco#info', node: `${node!}#${ver!}` };
    const reply = await jicofo.request(bridgeJid(), xml('query', disco));
    const entries = childElements(child(reply, 'query')!);
    const { identity } = clientCapabilities;
    expect(entries.find(({ name }) => name === 'identity')?.attrs).toEqual(identity);
    const features = entries.filter(({ name }) => name === 'feature');
    expect(capsVer({ identity, features: features.map(({ attrs }) => attrs['var']!) })).toBe(ver);
  });

  it('ends as soon as the bridge stops', async () => {
    const jicofo = await focus();
    const { link } = await bridge();
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    await link.stop();
    expect(link.status).toMatchObject({
      state: { type: 'stopped' },
      rooms: [{ state: { type: 'outside' } }],
    });
    await until(() => (jicofo.sees('bridge-1') ? 'bridge still seen' : undefined));
  });

  it('is in every room of the configuration', async () => {
    const second = `monitor@${prosody.mucDomain}`;
    const jicofo = await focus({ room: second });
    await bridge({ config: { mucJids: [prosody.brewery, second] } });
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
  });
});

describe('requests through the room', () => {
  it('get the answers of a health check and of Colibri2', async () => {
    const jicofo = await focus();
    const made = await bridge({ routes: [colibri2] });
    const healthy = await jicofo.request(bridgeJid(), healthcheck());
    expect(healthy.attrs).toMatchObject({ type: 'result', from: bridgeJid() });
    made.health = 'no usable media address';
    const sick = await jicofo.request(bridgeJid(), healthcheck());
    expect(condition(sick)).toBe('internal-server-error');
    const request = xml('conference-modify', { xmlns: 'jitsi:colibri2', 'meeting-id': 'm-1' });
    const reply = await jicofo.request(bridgeJid(), request);
    expect(child(reply, 'conference-modified')?.attrs['meeting-id']).toBe('m-1');
  });

  it('are matched with rooms ignoring case', async () => {
    const jicofo = await focus();
    await bridge({ config: { mucJids: [prosody.brewery.toUpperCase()] } });
    expect((await jicofo.request(bridgeJid(), healthcheck())).attrs['type']).toBe('result');
  });

  it('get an error that says what is missing, and the stream survives', async () => {
    const jicofo = await focus();
    const { link } = await bridge({ routes: [colibri2] });
    const ask = async (...payloads: LibraryElement[]) =>
      condition(await jicofo.request(bridgeJid(), payloads, 'set'));
    expect(await ask(xml('unknown', { xmlns: 'urn:example:unknown' }))).toBe('service-unavailable');
    expect(await ask(xml('other', { xmlns: 'jitsi:colibri2' }))).toBe('feature-not-implemented');
    const shutdown = xml('force-shutdown', { xmlns: 'http://jitsi.org/protocol/colibri' });
    expect(await ask(shutdown)).toBe('service-unavailable');
    expect(link.status).toMatchObject({ state: { type: 'online' }, disconnects: 0 });
  });

  it('are answered one by one, however many come at once', async () => {
    const jicofo = await focus();
    await bridge({ routes: [colibri2] });
    const ids = Array.from({ length: 200 }, (_, index) => `m-${index}`);
    const replies = await Promise.all(
      ids.map((id) => {
        const request = xml('conference-modify', { xmlns: 'jitsi:colibri2', 'meeting-id': id });
        return jicofo.request(bridgeJid(), request);
      }),
    );
    expect(
      replies.map((reply) => child(reply, 'conference-modified')?.attrs['meeting-id']),
    ).toEqual(ids);
  });
});

describe('a stranger', () => {
  it('is forbidden what only a focus may ask, and told the rest', async () => {
    const jicofo = await focus();
    let asked = 0;
    const counted: IqRoute = {
      ...colibri2,
      handler: (payload, from) => {
        asked += 1;
        return colibri2.handler(payload, from);
      },
    };
    const { log } = await bridge({ routes: [counted] });
    await until(() => (jicofo.sees('bridge-1') ? undefined : 'bridge not seen'));
    const to = realJid(jicofo.presences);
    const options = { username: 'guest', password: 'guest-secret', join: false };
    const stranger = await focus({ ...options, nickname: 'guest' });
    const request = xml('conference-modify', { xmlns: 'jitsi:colibri2' });
    const refusal = await stranger.request(to, request);
    expect(condition(refusal)).toBe('forbidden');
    expect(child(refusal, 'error')?.attrs['type']).toBe('auth');
    expect(condition(await stranger.request(to, healthcheck()))).toBe('forbidden');
    expect(asked).toBe(0);
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
    const version = await stranger.request(to, xml('query', { xmlns: 'jabber:iq:version' }));
    expect(child(version, 'query')?.toString()).toContain('<name>JVB</name>');
  });
});
