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
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  prosody = await startProsody({ components: { [jid]: 'bridge-pass' } });
});
afterAll(() => prosody.close());
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function start(config: Partial<ComponentConfig> = {}): XmppLink {
  log = new CollectedLog();
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
