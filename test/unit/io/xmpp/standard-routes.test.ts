import { describe, expect, it } from 'vitest';
import type { XmlElement } from '../../../../src/base/xml-element.ts';
import { clientCapabilities } from '../../../../src/io/xmpp/entity-capabilities.ts';
import { iqError } from '../../../../src/io/xmpp/iq-reply.ts';
import { IqRouter } from '../../../../src/io/xmpp/iq-router.ts';
import { healthcheckRoute, standardRoutes } from '../../../../src/io/xmpp/standard-routes.ts';
import { element } from '../../../../src/io/xmpp/xml.ts';
import { CollectedLog } from '../../../support/collected-log.ts';
import { FakeTime } from '../../../support/fake-time.ts';

const time = new FakeTime();
let health: string | undefined;
const router = new IqRouter({
  routes: [
    ...standardRoutes({
      capabilities: clientCapabilities,
      clock: time,
      software: { name: 'JVB', version: '1.2', os: 'Linux' },
    }),
    healthcheckRoute(() => health),
  ],
  mayAsk: (from) => from === 'focus',
  refusal: iqError('auth', 'forbidden'),
  maxPending: 10,
  log: new CollectedLog(),
});

async function ask(name: string, xmlns: string, attrs = {}): Promise<XmlElement> {
  const iq = element(
    'iq',
    { type: 'get', id: '1', from: 'focus' },
    element(name, { xmlns, ...attrs }),
  );
  const reply = await router.answer(iq);
  return (reply.children[0] as XmlElement | undefined) ?? reply;
}

describe('every bridge answers', () => {
  it('a ping with an empty result', async () => {
    expect(await ask('ping', 'urn:xmpp:ping')).toEqual(
      element('iq', { type: 'result', id: '1', to: 'focus' }),
    );
  });

  it('its version', async () => {
    const { children } = await ask('query', 'jabber:iq:version');
    expect(children).toEqual([
      element('name', {}, 'JVB'),
      element('version', {}, '1.2'),
      element('os', {}, 'Linux'),
    ]);
  });

  it('the time, in UTC without fractions', async () => {
    const { children } = await ask('time', 'urn:xmpp:time');
    expect(children).toEqual([
      element('tzo', {}, '+00:00'),
      element('utc', {}, '2026-01-01T00:16:40Z'),
    ]);
  });

  it('how long it has been up', async () => {
    time.advance(5999);
    expect((await ask('query', 'jabber:iq:last')).attrs['seconds']).toBe('5');
  });

  it('what it can do, and that it has no items', async () => {
    const info = await ask('query', 'http://jabber.org/protocol/disco#info');
    expect(info.children).toContainEqual(
      element('feature', { var: 'http://jitsi.org/protocol/healthcheck' }),
    );
    const items = await ask('query', 'http://jabber.org/protocol/disco#items');
    expect(items.children).toEqual([]);
    const other = await ask('query', 'http://jabber.org/protocol/disco#info', { node: 'other' });
    expect(other.children[0]).toMatchObject({ name: 'item-not-found' });
  });

  it.each(['graceful-shutdown', 'force-shutdown'])('%s with a refusal', async (name) => {
    const error = await ask(name, 'http://jitsi.org/protocol/colibri');
    expect(error.children).toMatchObject([
      { name: 'service-unavailable' },
      { name: 'text', children: [`Unsupported IQ request ${name}`] },
    ]);
  });

  it('a health check by the verdict of now', async () => {
    health = undefined;
    expect((await ask('healthcheck', 'http://jitsi.org/protocol/healthcheck')).attrs['type']).toBe(
      'result',
    );
    health = 'no usable media address';
    const error = await ask('healthcheck', 'http://jitsi.org/protocol/healthcheck');
    expect(error.children).toMatchObject([
      { name: 'internal-server-error' },
      { name: 'text', children: ['no usable media address'] },
    ]);
  });
});
