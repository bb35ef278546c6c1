import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fastify, type FastifyInstance } from 'fastify';
import { WebSocketServer } from 'ws';
import type { Logger } from '../../src/base/logger.ts';
import type { Bridge } from './bridge.ts';
import { proxyBridgeChannel } from './bridge-channel-proxy.ts';
import { limits } from './limits.ts';
import { readPageFiles, type PageFile } from './page-files.ts';
import { Room } from './room.ts';
import { SignalSession } from './signal-session.ts';

export type FocusOptions = {
  readonly bridge: Bridge;
  /** The address to listen on, and the port (0 = any free one). */
  readonly host: string;
  readonly port: number;
  /** PEM certificate and key; with them the page is served over HTTPS. */
  readonly certificate?: { readonly cert: string; readonly key: string };
  readonly log: Logger;
};

/** A focus and the page it serves: it allocates on the bridge as Jicofo does and signals to browsers. */
export type Focus = {
  /** The address to open. */
  readonly url: URL;
  close(): Promise<void>;
};

const pageHeaders = {
  'content-security-policy':
    "default-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob: mediastream:; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** Starts a focus; it is ready when the promise resolves. Rejects when the port is in use. */
export async function startFocus(options: FocusOptions): Promise<Focus> {
  const { bridge, host, port, certificate, log } = options;
  // Browsers open connections ahead that they may never use.
  const common = { forceCloseConnections: true } as const;
  const app = certificate ? fastify({ ...common, https: certificate }) : fastify(common);
  servePage(app, await readPageFiles());

  const rooms = new Map<string, Room>();
  const findRoom = (name: string): Room | string => {
    for (const [key, { size }] of rooms) if (size === 0) rooms.delete(key);
    const room = rooms.get(name) ?? new Room(name, bridge, log);
    if (room.size >= limits.participantsPerRoom) return 'The room is full.';
    if (rooms.size >= limits.rooms && !rooms.has(name)) return 'There are too many rooms.';
    rooms.set(name, room);
    return room;
  };

  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.messageBytes });
  const upgraded = new Set<Duplex>();
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const path = request.url ?? '';
    const channel = [...rooms.values()].map((room) => room.webSocketUrl(path)).find(Boolean);
    if (!sameOrigin(request)) refuse(socket, '403 Forbidden');
    else if (channel !== undefined) proxyBridgeChannel(new URL(channel), request, socket, head);
    else if (path !== '/signal') refuse(socket, '404 Not Found');
    else {
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        new SignalSession(webSocket, findRoom, log);
      });
    }
  });

  await app.listen({ host, port });
  const address = app.server.address();
  const actualPort = typeof address === 'object' && address ? address.port : port;
  const authority = host.includes(':') ? `[${host}]` : host;
  return {
    url: new URL(`${certificate ? 'https' : 'http'}://${authority}:${actualPort}/`),
    close: async () => {
      for (const client of sockets.clients) client.close(1001, 'the focus stops');
      setTimeout(() => upgraded.forEach((socket) => socket.destroy()), 200).unref();
      await app.close();
    },
  };
}

function servePage(app: FastifyInstance, files: ReadonlyMap<string, PageFile>): void {
  app.get('/*', (request, reply) => {
    const path = (request.params as { '*': string })['*'] || 'index.html';
    const file = files.get(path);
    if (!file) return reply.code(404).send({ error: 'no such page' });
    return reply.headers(pageHeaders).type(file.contentType).send(file.body);
  });
}

/** Other sites' pages may not talk to the focus of whoever visits them. */
function sameOrigin({ headers: { origin, host } }: IncomingMessage): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
