import { once } from 'node:events';
import { type AddressInfo, createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Focus, startFocus } from '../../../demo/focus/focus.ts';
import { limits } from '../../../demo/focus/limits.ts';
import type { SignalledSource } from '../../../demo/signal-messages.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { FakeBridge } from '../../support/fake-bridge.ts';
import { SignalClient } from '../../support/signal-client.ts';
import { until } from '../../support/until.ts';

const host = '127.0.0.1';
const transport = {
  ufrag: 'page',
  pwd: 'pagepagepagepagepagepage',
  fingerprints: [
    { hash: 'sha-256', value: Array(32).fill('AB').join(':'), setup: 'active' as const },
  ],
};
const microphone = (id: string): SignalledSource => ({
  name: `${id}-a0`,
  kind: 'audio',
  videoType: 'none',
  encodings: [{ ssrc: 77 }],
});

let bridge: FakeBridge;
let focus: Focus;
const clients: SignalClient[] = [];

beforeEach(async () => {
  bridge = new FakeBridge();
  focus = await startFocus({ bridge, host, port: 0, log: new CollectedLog() });
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await focus.close();
});

async function connect(origin?: string): Promise<SignalClient> {
  const client = await SignalClient.connect(focus.url, origin);
  clients.push(client);
  return client;
}

const lastRequest = () => bridge.requests.at(-1)?.endpoints[0];

describe('a room', () => {
  it('makes the conference with the first participant and ends it with the last', async () => {
    const [ada, grace] = [await connect(), await connect()];
    const adaId = await ada.join('room');
    await ada.received('initiate');
    const graceId = await grace.join('room');
    await grace.received('initiate');
    const [creation, update] = bridge.requests;
    expect(creation).toMatchObject({ create: true, endpoints: [{ id: adaId, create: true }] });
    expect(update).toMatchObject({ create: false, endpoints: [{ id: graceId, create: true }] });
    expect(update?.meetingId).toBe(creation?.meetingId);
    expect((await ada.received('member-joined')).member.id).toBe(graceId);

    grace.send({ type: 'leave' });
    expect((await ada.received('member-left')).id).toBe(graceId);
    await until(() => (lastRequest()?.expire ? undefined : 'Grace is still at the bridge'));
    ada.close();
    await until(() =>
      lastRequest()?.expire && lastRequest()?.id === adaId ? undefined : 'Ada is still there',
    );

    const again = await connect();
    await again.join('room');
    await again.received('initiate');
    expect(bridge.requests.at(-1)?.create).toBe(true);
    expect(bridge.requests.at(-1)?.meetingId).not.toBe(creation?.meetingId);
  });

  it('expires everybody where all leave at once', async () => {
    const [ada, grace, joan] = [await connect(), await connect(), await connect()];
    const ids: string[] = [];
    for (const client of [ada, grace, joan]) {
      ids.push(await client.join('room'));
      await client.received('initiate');
    }
    bridge.latencyMs = 200;
    for (const client of [ada, grace, joan]) client.send({ type: 'leave' });
    await until(() => {
      const expired = bridge.requests.flatMap(({ endpoints }) =>
        endpoints.filter(({ expire }) => expire).map(({ id }) => id as string),
      );
      return ids.every((id) => expired.includes(id)) ? undefined : `expired: ${expired.join()}`;
    });
  });

  it('hands the answer on, and announces sources to clients without SSRC rewriting only', async () => {
    const [ada, grace, plain] = [await connect(), await connect(), await connect()];
    const id = await ada.join('room');
    await grace.join('room');
    await plain.join('room', { ssrcRewriting: false });
    const { session } = await ada.received('initiate');
    await plain.received('initiate');
    ada.send({ type: 'accept', session, transport, sources: [microphone(id)] });
    expect(await plain.received('source-added')).toMatchObject({
      owner: id,
      source: microphone(id),
    });
    expect(lastRequest()).toMatchObject({ id, sources: [{ name: `${id}-a0` }] });
    ada.send({ type: 'source-remove', session, name: `${id}-a0` });
    await plain.received('source-removed');
    expect(lastRequest()?.sources).toEqual([]);
    expect(grace.messages.some(({ type }) => type === 'source-added')).toBe(false);
  });
});

describe('an ICE restart', () => {
  it('goes to the bridge and back, and the answer carries its generation', async () => {
    const ada = await connect();
    const id = await ada.join('room');
    const { session } = await ada.received('initiate');
    ada.send({ type: 'ice-restart', session });
    const { transport: theirs, generation } = await ada.received('transport');
    expect([theirs.ufrag, generation]).toEqual(['fake', 1]);
    expect(lastRequest()).toMatchObject({ id, transport: { iceRestart: true } });
    ada.send({ type: 'transport', session, generation, transport });
    await until(() =>
      lastRequest()?.transport?.ice?.iceGeneration === 1 ? undefined : 'it was not handed on',
    );
    expect(lastRequest()).toMatchObject({
      id,
      transport: { iceRestart: false, ice: { credentials: { ufrag: transport.ufrag } } },
    });
  });

  it('that cannot be had leaves everything as it was', async () => {
    const ada = await connect();
    const id = await ada.join('room');
    const { session } = await ada.received('initiate');
    bridge.iceGeneration = undefined;
    ada.send({ type: 'ice-restart', session });
    ada.send({ type: 'source-add', session, source: microphone(id) });
    await until(() => (lastRequest()?.sources?.length === 1 ? undefined : 'not asked yet'));
    expect(ada.messages.some(({ type }) => type === 'transport')).toBe(false);
  });
});

describe('a bridge in trouble', () => {
  it('that lost the conference: everybody gets a session in a new one', async () => {
    const [ada, grace] = [await connect(), await connect()];
    const id = await ada.join('room');
    await grace.join('room');
    const { session } = await ada.received('initiate');
    await grace.received('initiate');
    const { meetingId } = bridge.requests[0]!;
    bridge.failures.push('conference-lost');
    ada.send({ type: 'accept', session, transport, sources: [microphone(id)] });
    for (const client of [ada, grace]) {
      await client.received('terminate');
      expect((await client.received('initiate', 2)).session).toBe(2);
    }
    expect(bridge.requests.at(-1)?.meetingId).not.toBe(meetingId);
  });

  it('that does not answer: the page is told, and comes in when it answers', async () => {
    bridge.failures.push('unreachable', 'unreachable');
    const ada = await connect();
    await ada.join('room');
    await ada.received('bridge-unavailable');
    expect((await ada.received('initiate')).session).toBe(1);
  });

  it('ignores what belongs to a session that is over', async () => {
    const ada = await connect();
    const id = await ada.join('room');
    const { session } = await ada.received('initiate');
    bridge.failures.push('conference-lost');
    ada.send({ type: 'accept', session, transport, sources: [] });
    await ada.received('initiate', 2);
    const count = bridge.requests.length;
    ada.send({ type: 'source-add', session, source: microphone(id) });
    ada.send({ type: 'inspect' });
    await ada.received('inspection');
    expect(bridge.requests).toHaveLength(count);
  });
});

describe('limits', () => {
  it('refuses one more than a room holds', async () => {
    for (let index = 0; index < limits.participantsPerRoom; index += 1) {
      await (await connect()).join('room');
    }
    const late = await connect();
    const client = { dataChannel: true, ssrcRewriting: true, sources: [] };
    late.send({ type: 'join', room: 'room', name: 'Late', ...client });
    expect((await late.received('refused')).reason).toBe('The room is full.');
    expect(await late.closed).toBe(1013);
  });

  it.each([
    ['malformed', '{"type":"shutdown"}', 1008],
    ['too large', ' '.repeat(limits.messageBytes + 1), 1009],
  ])('ends a connection whose message is %s', async (_what, text, code) => {
    const client = await connect();
    client.sendText(text);
    expect(await client.closed).toBe(code);
  });

  it('ends a connection that sends too many messages', async () => {
    const client = await connect();
    await client.join('room');
    for (let count = 0; count < 3 * limits.messagesPerSecond; count += 1) {
      client.send({ type: 'presence', sources: [] });
    }
    expect(await client.closed).toBe(1008);
  });

  it("refuses another site's page", async () => {
    await expect(connect('https://evil.example')).rejects.toThrow('403');
    await expect(connect(focus.url.origin)).resolves.toBeDefined();
  });
});

describe('the way to the bridge channel', () => {
  it('leads to addresses the bridge signalled to somebody here, and nowhere else', async () => {
    const server = new WebSocketServer({ host, port: 0 });
    await once(server, 'listening');
    server.on('connection', (socket) => socket.on('message', (data) => socket.send(data)));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    bridge.channelUrl = `ws://${host}:${port}/colibri-ws/fake/`;
    const ada = await connect();
    await ada.join('room');
    const { webSocketPath = '' } = await ada.received('initiate');
    const base = focus.url.href.replace('http', 'ws');

    const channel = new WebSocket(new URL(webSocketPath, base));
    await once(channel, 'open');
    channel.send('{"colibriClass":"ClientHello"}');
    const [echo] = (await once(channel, 'message')) as [Buffer];
    expect(echo.toString()).toBe('{"colibriClass":"ClientHello"}');

    const guess = new WebSocket(new URL(webSocketPath.replace('secret', 'guess'), base));
    const [error] = (await once(guess, 'error')) as [Error];
    expect(error.message).toContain('404');
    channel.close();
    server.close();
  });
});

it('ends with whatever is connected', async () => {
  const server = new WebSocketServer({ host, port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  bridge.channelUrl = `ws://${host}:${port}/colibri-ws/fake/`;
  const ada = await connect();
  await ada.join('room');
  const { webSocketPath = '' } = await ada.received('initiate');
  const channel = new WebSocket(new URL(webSocketPath, focus.url.href.replace('http', 'ws')));
  await once(channel, 'open');
  const silent = createConnection(Number(focus.url.port), host);
  await once(silent, 'connect');
  for (const socket of [channel, silent]) socket.on('error', () => undefined);
  await focus.close();
  server.close();
});

describe('the page', () => {
  it('is served with its types stripped', async () => {
    const script = await fetch(new URL('main.ts', focus.url));
    expect(script.headers.get('content-type')).toContain('text/javascript');
    expect(await script.text()).not.toContain(': Settings');
    expect((await fetch(focus.url)).headers.get('content-security-policy')).toContain("'self'");
  });

  it.each(['../focus/focus.ts', 'tsconfig.json', '%2e%2e/focus/limits.ts', 'nothing.ts'])(
    'does not serve %s',
    async (path) => {
      expect((await fetch(new URL(path, focus.url))).status).toBe(404);
    },
  );
});
