import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { secureRandom, systemClock, systemTimers } from '../../../src/io/system/clock.ts';
import { createComponent, type ComponentConfig } from '../../../src/io/xmpp/component.ts';
import { healthcheckRoute } from '../../../src/io/xmpp/standard-routes.ts';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import type { XmppLink } from '../../../src/io/xmpp/xmpp-link.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { child, joinAsOccupant, type Occupant } from '../../support/prosody/occupant.ts';
import { startProsody, type Prosody } from '../../support/prosody/prosody.ts';
import { until } from '../../support/until.ts';

const jid = 'jitsi-videobridge.meet.test';
let prosody: Prosody;
let log: CollectedLog;
let asked: string[];
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  prosody = await startProsody({
    components: { [jid]: 'bridge-pass' },
    extraConfig: `Component "pubsub.meet.test" "pubsub"\n    admins = { "${jid}", "focus@auth.meet.test" }`,
  });
});
afterAll(() => prosody.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(config: Partial<ComponentConfig> = {}): XmppLink {
  log = new CollectedLog();
  asked = [];
  const link = createComponent({
    config: {
      host: '127.0.0.1',
      port: prosody.componentPort,
      jid,
      domain: prosody.authDomain,
      secret: 'bridge-pass',
      ...config,
    },
    routes: [healthcheckRoute(() => undefined)],
    software: { name: 'JVB', version: '1.2.3', os: 'Linux' },
    presenceIntervalMs: 200,
    onShutdownRequest: (kind) => asked.push(kind),
    presenceStats: () => [{ name: 'stress_level', value: '0.1' }],
    clock: systemClock,
    timers: systemTimers,
    random: secureRandom,
    log,
  });
  closing.push(() => link.stop());
  link.start();
  return link;
}

async function untilOnline(link: XmppLink): Promise<void> {
  await until(() =>
    link.status.state.type === 'online' ? undefined : (link.status.lastError ?? 'connecting'),
  );
}

async function focus(): Promise<Occupant> {
  const occupant = await joinAsOccupant(prosody);
  closing.push(() => occupant.leave());
  return occupant;
}

function condition(reply: LibraryElement): string | undefined {
  const [first] = child(reply, 'error')?.children ?? [];
  return typeof first === 'object' ? first.name : undefined;
}

const healthcheck = () => xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });

describe('a component', () => {
  it('is let in with the right secret and answers from the address that was asked', async () => {
    await untilOnline(start());
    const jicofo = await focus();
    const reply = await jicofo.request(jid, healthcheck());
    expect(reply.attrs).toMatchObject({ type: 'result', from: jid });
    const other = await jicofo.request(`${jid}/some/resource`, healthcheck());
    expect(other.attrs).toMatchObject({ type: 'result', from: `${jid}/some/resource` });
  });

  it('is refused with a wrong one, in words, without telling it', async () => {
    const link = start({ secret: 'n0t-it' });
    await until(() => (link.status.lastError ? undefined : 'no error'));
    expect(link.status.lastError).toMatch(/wrong secret/);
    expect(JSON.stringify(log.lines)).not.toContain('n0t-it');
    await until(() => {
      const { state } = link.status;
      return 'failures' in state && state.failures >= 2 ? undefined : 'not tried again';
    });
  });

  it('is discovered as a bridge by a focus of 2018', async () => {
    await untilOnline(start());
    const jicofo = await focus();
    const query = xml('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
    const info = (await jicofo.request(jid, query)).toString();
    expect(info).toContain('name="JitsiVideobridge"');
    for (const feature of [
      'http://jitsi.org/protocol/colibri',
      'urn:xmpp:jingle:apps:dtls:0',
      'urn:xmpp:jingle:transports:ice-udp:1',
      'urn:xmpp:jingle:transports:raw-udp:1',
    ]) {
      expect(info).toContain(`<feature var="${feature}"/>`);
    }
  });

  it('serves whom AUTHORIZED_SOURCE_REGEXP allows, and tells others not-authorized', async () => {
    await untilOnline(start({ authorizedSource: /^focus@auth\.meet\.test\/.*$/ }));
    const jicofo = await focus();
    expect((await jicofo.request(jid, healthcheck())).attrs['type']).toBe('result');
    const options = { username: 'jvb', password: 'jvb-secret', nickname: 'x', join: false };
    const stranger = await joinAsOccupant(prosody, options);
    closing.push(() => stranger.leave());
    expect(condition(await stranger.request(jid, healthcheck()))).toBe('not-authorized');
    const version = await stranger.request(jid, xml('query', { xmlns: 'jabber:iq:version' }));
    expect(version.attrs['type']).toBe('result');
  });

  it('tells a request that nobody can read bad-request', async () => {
    await untilOnline(start());
    const jicofo = await focus();
    expect(condition(await jicofo.request(jid, xml('x', { xmlns: 'urn:nobody' })))).toBe(
      'bad-request',
    );
  });

  it('shuts down for whom it is allowed, and for nobody where that is not said', async () => {
    const graceful = () => xml('graceful-shutdown', { xmlns: 'http://jitsi.org/protocol/colibri' });
    const forced = () => xml('force-shutdown', { xmlns: 'http://jitsi.org/protocol/colibri' });
    const link = start();
    await untilOnline(link);
    const jicofo = await focus();
    const unset = await jicofo.request(jid, graceful(), 'set');
    expect(condition(unset)).toBe('service-unavailable');
    expect(child(unset, 'error')?.attrs['type']).toBe('wait');
    await link.stop();
    await untilOnline(start({ shutdownSource: /^focus@auth\.meet\.test\/.*$/ }));
    expect((await jicofo.request(jid, graceful(), 'set')).attrs['type']).toBe('result');
    expect((await jicofo.request(jid, forced(), 'set')).attrs['type']).toBe('result');
    expect(asked).toEqual(['graceful', 'forced']);
    await link.stop();
    for (const close of closing.splice(1).reverse()) await close();
    await untilOnline(start({ shutdownSource: /^admin@.*$/ }));
    const other = await focus();
    expect(condition(await other.request(jid, graceful(), 'set'))).toBe('not-authorized');
    expect(asked).toEqual([]);
  });

  it('publishes its statistics on a PubSub node, which it makes and makes again', async () => {
    const service = 'pubsub.meet.test';
    await untilOnline(start({ pubSub: { service, node: 'videobridge' } }));
    const jicofo = await focus();
    const pubsub = (...children: LibraryElement[]) =>
      xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, ...children);
    const hears = () =>
      until(async () => {
        const subscription = { node: 'videobridge', jid: jicofo.fullJid };
        await jicofo.request(service, pubsub(xml('subscribe', subscription)), 'set');
        const item = jicofo.messages.find((message) => {
          const text = message.toString();
          return text.includes(`<item id="${jid}"`) && text.includes('name="stress_level"');
        });
        return item ? undefined : (jicofo.messages.at(-1)?.toString() ?? 'no message');
      });
    await hears();
    const owner = xml(
      'pubsub',
      { xmlns: 'http://jabber.org/protocol/pubsub#owner' },
      xml('delete', { node: 'videobridge' }),
    );
    expect((await jicofo.request(service, owner, 'set')).attrs['type']).toBe('result');
    (jicofo.messages as LibraryElement[]).length = 0;
    await hears();
    expect(log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('says once that a service refuses its statistics', async () => {
    await untilOnline(start({ pubSub: { service: prosody.mucDomain, node: 'videobridge' } }));
    await until(() =>
      log.lines.some(({ message }) => message.includes('PubSub')) ? undefined : 'nothing was said',
    );
  });

  it('is told in words that another is in its place', async () => {
    await untilOnline(start());
    const second = start();
    await until(() => (second.status.lastError ? undefined : 'no error'));
    expect(second.status.lastError).toMatch(/conflict|already connected/i);
  });

  it('may sit in the brewery too, and answers there', async () => {
    const jicofo = await focus();
    const link = start({
      brewery: { mucJids: [prosody.brewery], mucNickname: 'bridge-1' },
      authorizedSource: /^$/,
    });
    await until(() => (jicofo.stats('bridge-1') ? undefined : JSON.stringify(link.status)));
    expect(jicofo.stats('bridge-1')?.get('stress_level')).toBe('0.1');
    const reply = await jicofo.request(`${prosody.brewery}/bridge-1`, healthcheck());
    expect(reply.attrs).toMatchObject({ type: 'result', from: `${prosody.brewery}/bridge-1` });
    await link.stop();
    await until(() => (jicofo.sees('bridge-1') ? 'still seen' : undefined));
  });

  it('comes back after the server was restarted', async () => {
    const server = await startProsody({ components: { [jid]: 'bridge-pass' } });
    closing.push(() => server.close());
    const link = start({ port: server.componentPort });
    await untilOnline(link);
    await server.kill();
    await until(() => (link.status.state.type === 'online' ? 'still online' : undefined));
    await server.restart();
    await untilOnline(link);
  });
});
