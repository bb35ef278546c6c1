import { xml } from '@xmpp/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { IqRoute } from '../../../src/io/xmpp/iq-router.ts';
import type { LibraryElement } from '../../../src/io/xmpp/xmpp-entity.ts';
import { element } from '../../../src/io/xmpp/xml.ts';
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
  handler: (payload) =>
    Promise.resolve({
      type: 'result',
      payload: element('conference-modified', {
        xmlns: 'jitsi:colibri2',
        'meeting-id': payload.attrs['meeting-id'],
      }),
    }),
};

let prosody: Prosody;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  prosody = await startProsody();
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

function condition(reply: LibraryElement): string | undefined {
  const [first] = child(reply, 'error')?.children ?? [];
  return typeof first === 'object' ? first.name : undefined;
}

const bridgeJid = () => `${prosody.brewery}/bridge-1`;
const healthcheck = () => xml('healthcheck', { xmlns: 'http://jitsi.org/protocol/healthcheck' });

describe('a MUC client in the brewery', () => {
  it('joins over verified TLS and shows its statistics to other occupants', async () => {
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
  });

  it('repeats the statistics with their values of then', async () => {
    const jicofo = await focus();
    const { stats } = await bridge({ presenceIntervalMs: 50 });
    stats.set('stress_level', '0.7');
    await until(() =>
      jicofo.stats('bridge-1')?.get('stress_level') === '0.7' ? undefined : 'old stress',
    );
  });

  it('publishes at once when asked to', async () => {
    const jicofo = await focus();
    const { stats, link } = await bridge({ presenceIntervalMs: 3_600_000 });
    await until(() => (jicofo.stats('bridge-1') ? undefined : 'no statistics seen'));
    stats.set('drain', 'true');
    link.publishStats();
    await until(() =>
      jicofo.stats('bridge-1')?.get('drain') === 'true' ? undefined : 'drain not seen',
    );
  });

  it('answers a health check and a Colibri2 request sent through the room', async () => {
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
});
