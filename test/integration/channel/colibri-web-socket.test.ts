import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import {
  closed,
  goodPath,
  opened,
  refused,
  startChannelServer,
  type ChannelServer,
  type ChannelServerOptions,
} from '../../support/channel/channel-server.ts';
import { until } from '../../support/until.ts';

const servers: ChannelServer[] = [];
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  for (const server of servers.splice(0)) await server.close();
});

async function start(options?: ChannelServerOptions): Promise<ChannelServer> {
  const server = await startChannelServer(options);
  servers.push(server);
  return server;
}

function connectTo(server: ChannelServer, ...args: Parameters<ChannelServer['open']>): WebSocket {
  const client = server.open(...args);
  clients.push(client);
  return client;
}

const long = 'x'.repeat(60_000);

/** A server, and its link to a client that reads nothing. */
async function startUnread() {
  const server = await start({ compression: false });
  const client = await opened(connectTo(server));
  client.pause();
  const [link] = server.endpoint.links;
  return { server, link };
}

describe('opening a channel', () => {
  it.each([
    ['/', 404, 'invalid path'],
    ['/colibri', 404, 'invalid path'],
    ['/other/default-id/c0ffee/abcd1234?pwd=secret', 404, 'invalid path'],
    ['/colibri-ws/', 404, 'invalid path'],
    ['/colibri-ws/default-id', 404, 'invalid path'],
    ['/colibri-ws/default-id/c0ffee', 404, 'invalid path'],
    ['/colibri-ws/default-id/c0ffee/?pwd=secret', 404, 'invalid path'],
    ['/colibri-ws/other-id/c0ffee/abcd1234?pwd=secret', 404, 'server ID mismatch'],
    ['/colibri-ws/default-id/unknown/abcd1234?pwd=secret', 403, 'authentication failed'],
    ['/colibri-ws/default-id/c0ffee/unknown?pwd=secret', 403, 'authentication failed'],
    ['/colibri-ws/default-id/c0ffee/abcd1234?pwd=wrong', 403, 'authentication failed'],
    ['/colibri-ws/default-id/c0ffee/abcd1234?pwd=', 403, 'authentication failed'],
    ['/colibri-ws/default-id/c0ffee/abcd1234', 403, 'authentication failed'],
    ['/colibri-ws/default-id/c0ffee/%ff%fe?pwd=secret', 403, 'authentication failed'],
    ['/colibri-relay-ws/default-id/c0ffee', 404, 'invalid path'],
    ['/colibri-relay-ws/other-id/c0ffee/relay-1?pwd=secret', 404, 'server ID mismatch'],
    ['/colibri-relay-ws/default-id/c0ffee/relay-1?pwd=secret', 403, 'authentication failed'],
  ])('refuses %s with %i %s', async (path, status, text) => {
    const server = await start();
    expect(await refused(connectTo(server, path))).toEqual({ status, text });
    expect(server.endpoint.links).toEqual([]);
  });

  it.each([
    goodPath,
    '/colibri-ws/default-id/c0ffee/abcd1234/surplus/parts?pwd=secret',
    '/colibri-ws/default-id/c0ffee/abcd1234?room=x&pwd=secret&y',
    '/colibri-ws/default-id/c0ffee/abcd1234?&pwd=s%65cret',
  ])('accepts %s', async (path) => {
    const server = await start();
    const client = await opened(connectTo(server, path));
    expect(client.protocol).toBe('');
    expect(server.endpoint.links).toHaveLength(1);
    expect(server.colibri.size).toBe(1);
  });

  it('answers a GET without upgrade as the HTTP server does', async () => {
    const server = await start();
    const response = await fetch(server.url().replace('ws:', 'http:'));
    expect(response.status).toBe(405);
  });

  it('agrees on compression only when it is configured', async () => {
    const on = await opened(connectTo(await start({ compression: true })));
    const off = await opened(connectTo(await start({ compression: false })));
    expect(on.extensions).toContain('permessage-deflate');
    expect(off.extensions).toBe('');
  });

  it('never logs a password', async () => {
    const server = await start();
    await opened(connectTo(server));
    await refused(connectTo(server, goodPath.replace('secret', 'wr0ng-one')));
    expect(server.log.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(server.log.lines)).not.toMatch(/secret|wr0ng-one/);
  });
});

describe('an open channel', () => {
  it('carries text both ways, in order', async () => {
    const server = await start();
    server.endpoint.onMessage = (link, text) => void link.send(`echo ${text}`);
    const client = await opened(connectTo(server));
    const received: string[] = [];
    client.on('message', (data: Buffer, isBinary) =>
      received.push(`${isBinary}:${data.toString()}`),
    );
    for (const text of ['one', 'zwei ü', '𝟛']) client.send(text);
    await until(() => (received.length === 3 ? undefined : `${received.length} echoes`));
    expect(received).toEqual(['false:echo one', 'false:echo zwei ü', 'false:echo 𝟛']);
    expect(server.endpoint.messages).toEqual(['one', 'zwei ü', '𝟛']);
  });

  it('comes back to the same URL after a drop', async () => {
    const server = await start();
    const first = await opened(connectTo(server));
    first.terminate();
    await until(() => (server.endpoint.closed.length === 1 ? undefined : 'first still open'));
    const second = await opened(connectTo(server));
    second.send('back');
    await until(() => (server.endpoint.messages.length === 1 ? undefined : 'nothing said'));
    expect(server.endpoint.closed).toEqual([server.endpoint.links[0]]);
    expect(server.endpoint.links[0]?.send('late')).toBe(false);
  });

  it('is replaced by a newer one: 1000, and the old one is heard no more', async () => {
    const server = await start();
    const first = await opened(connectTo(server));
    const firstClosed = closed(first);
    const second = await opened(connectTo(server));
    first.send('from the old one');
    expect(await firstClosed).toEqual({ code: 1000, reason: 'replaced' });
    second.send('from the new one');
    await until(() => (server.endpoint.messages.length > 0 ? undefined : 'nothing said'));
    expect(server.endpoint.messages).toEqual(['from the new one']);
    expect(server.colibri.size).toBe(1);
  });

  it('is closed with 1001 when its endpoint goes', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    const end = closed(client);
    server.endpoint.links[0]?.close(1001, 'endpoint closed');
    expect(await end).toEqual({ code: 1001, reason: 'endpoint closed' });
    await until(() => (server.endpoint.closed.length === 1 ? undefined : 'not reported closed'));
  });

  it('is closed with 1001 when the bridge stops', async () => {
    const server = await start();
    const end = closed(await opened(connectTo(server)));
    server.colibri.close();
    expect(await end).toEqual({ code: 1001, reason: 'bridge is shutting down' });
  });

  it('is pinged whatever else is sent', async () => {
    const server = await start({ limits: { pingIntervalMs: 20 } });
    const client = connectTo(server);
    let pings = 0;
    client.on('ping', () => (pings += 1));
    await opened(client);
    await until(() => {
      server.endpoint.links[0]?.send('traffic');
      return pings >= 3 ? undefined : `${pings} pings`;
    });
    expect(server.endpoint.closed).toEqual([]);
  });

  it('is closed when the peer is silent for the idle time', async () => {
    const server = await start({ limits: { pingIntervalMs: 20, idleTimeoutMs: 100 } });
    const client = await opened(connectTo(server, goodPath, { autoPong: false }));
    expect(await closed(client)).toEqual({ code: 1001, reason: 'idle for 0.1 s' });
  });
});

describe('a hostile client', () => {
  it('is closed with 1009 for a message over 64 KiB, and nothing is delivered', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    const end = closed(client);
    client.send('x'.repeat(64 * 1024 + 1));
    expect((await end).code).toBe(1009);
    expect(server.endpoint.messages).toEqual([]);
  });

  it('may send exactly 64 KiB', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    client.send('x'.repeat(64 * 1024));
    await until(() =>
      server.endpoint.messages[0]?.length === 64 * 1024 ? undefined : 'not there',
    );
  });

  it('cannot get around the limit with compression', async () => {
    const server = await start();
    const client = await opened(connectTo(server, goodPath, { perMessageDeflate: true }));
    const end = closed(client);
    client.send('x'.repeat(10 * 1024 * 1024)); // a few kB on the wire
    expect((await end).code).toBe(1009);
    expect(server.endpoint.messages).toEqual([]);
  });

  it('is closed with 1003 for a binary message', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    const end = closed(client);
    client.send(Buffer.from([1, 2, 3]));
    expect(await end).toEqual({ code: 1003, reason: 'text messages only' });
    expect(server.endpoint.messages).toEqual([]);
  });

  it('is closed with 1007 for text that is not UTF-8', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    const end = closed(client);
    client.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect((await end).code).toBe(1007);
  });

  it('is closed with 1008 for too many messages', async () => {
    const server = await start({ limits: { messagesPerSecond: 1, messageBurst: 20 } });
    const client = await opened(connectTo(server));
    const end = closed(client);
    for (let i = 0; i < 100; i += 1) client.send('{}');
    expect(await end).toEqual({ code: 1008, reason: 'too many messages' });
    expect(server.endpoint.messages).toHaveLength(20);
  });

  it('is closed with 1008 for too many bytes', async () => {
    const server = await start({ limits: { bytesPerSecond: 1, byteBurst: 100_000 } });
    const client = await opened(connectTo(server));
    const end = closed(client);
    for (let i = 0; i < 3; i += 1) client.send('x'.repeat(40_000));
    expect(await end).toEqual({ code: 1008, reason: 'too many bytes' });
    expect(server.endpoint.messages).toHaveLength(2);
  });

  it('that reads nothing is cut off, and what waits for it is bounded', async () => {
    const { server, link } = await startUnread();
    let sent = 0;
    await until(() => {
      while (sent < 100_000_000 && link?.send(long)) sent += long.length;
      return server.endpoint.closed.length === 1 ? undefined : `${sent} bytes sent`;
    });
    expect(sent).toBeLessThan(100_000_000);
    expect(server.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        fields: expect.objectContaining({
          code: 1013,
          reason: 'client reads too slowly',
        }) as unknown,
      }),
    );
    expect(server.colibri.size).toBe(0);
  });

  it('that reads nothing is not cut off by what other clients say', async () => {
    const { server, link } = await startUnread();
    let sent = 0;
    while (sent < 100_000_000 && link?.send(long, true)) sent += long.length;
    expect(sent).toBeLessThan(100_000_000);
    expect([link?.stalled, link?.send('own')]).toEqual([false, true]);
    expect(server.colibri.size).toBe(1);
  });

  it('that never answers a close is cut off', async () => {
    const server = await start();
    const client = await opened(connectTo(server));
    client.pause();
    server.endpoint.links[0]?.close(1001, 'endpoint closed');
    await until(() => (server.endpoint.closed.length === 1 ? undefined : 'still there'));
  });

  it.each([
    [
      'no key',
      'GET #PATH# HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    [
      'an old version',
      'GET #PATH# HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 7\r\n\r\n',
    ],
    [
      'another protocol',
      'GET #PATH# HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ],
    [
      'a POST',
      'POST #PATH# HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['a head too long', `GET #PATH#&x=${'y'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['no HTTP at all', '\u0000\u0001\u0002 garbage\r\n\r\n'],
  ])('with %s is refused and hung up on', async (_name, request) => {
    const server = await start();
    const socket = server.rawSocket();
    let answer = '';
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', () => undefined);
    socket.write(request.replace('#PATH#', goodPath));
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(server.endpoint.links).toEqual([]);
  });

  it('does not disturb others by hanging up in the middle of its request', async () => {
    const server = await start();
    const socket = server.rawSocket();
    socket.write(`GET ${goodPath} HTTP/1.1\r\nHost: x\r\nUpgr`);
    socket.resetAndDestroy();
    await opened(connectTo(server));
    expect(server.endpoint.links).toHaveLength(1);
  });

  it('cannot hold more idle connections than allowed, and open channels do not count', async () => {
    const server = await start({ maxHalfOpen: 5 });
    server.endpoint.replaceFormer = false;
    for (let i = 0; i < 10; i += 1) await opened(connectTo(server));
    const idle = Array.from({ length: 20 }, () => server.rawSocket());
    for (const socket of idle) socket.on('error', () => undefined);
    const isClosed = () => idle.filter((socket) => socket.closed).length;
    await until(() => (isClosed() === 15 ? undefined : `${isClosed()} of 20 closed`));
    await opened(connectTo(server)); // at their expense
    await until(() => (isClosed() === 16 ? undefined : `${isClosed()} of 20 closed`));
    expect(server.log.lines.filter(({ message }) => message.includes('ask for nothing'))).toEqual([
      expect.objectContaining({ level: 'warn', fields: { maxHalfOpen: 5, closed: 1 } }),
    ]);
  });
});
