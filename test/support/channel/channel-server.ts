import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import type { ChannelLink, ChannelReceiver } from '../../../src/conference/ports.ts';
import { channelLimits, type ChannelLimits } from '../../../src/io/channel/channel-socket.ts';
import { ColibriWebSocket } from '../../../src/io/channel/colibri-web-socket.ts';
import { systemClock, systemTimers } from '../../../src/io/system/clock.ts';
import { CollectedLog } from '../collected-log.ts';

export type ChannelServer = {
  readonly server: Server;
  readonly port: number;
  readonly colibri: ColibriWebSocket;
  readonly log: CollectedLog;
  /** The one endpoint that may come: conference `c0ffee`, endpoint `abcd1234`, password `secret`. */
  readonly endpoint: {
    readonly links: ChannelLink[];
    readonly messages: string[];
    readonly closed: ChannelLink[];
    /** As the conference does: the newest socket replaces the former. */
    replaceFormer: boolean;
    onMessage: (link: ChannelLink, text: string) => void;
  };
  url(path?: string): string;
  open(path?: string, options?: ClientOptions): WebSocket;
  rawSocket(): Socket;
  close(): Promise<void>;
};

export type ChannelServerOptions = {
  readonly limits?: Partial<ChannelLimits>;
  readonly compression?: boolean;
  readonly maxHalfOpen?: number;
};

export const goodPath = '/colibri-ws/default-id/c0ffee/abcd1234?pwd=secret';

/** A real HTTP server with our upgrade handling on it, and a conference of one endpoint behind. */
export async function startChannelServer(
  options: ChannelServerOptions = {},
): Promise<ChannelServer> {
  const log = new CollectedLog();
  const endpoint: ChannelServer['endpoint'] = {
    links: [],
    messages: [],
    closed: [],
    replaceFormer: true,
    onMessage: () => undefined,
  };
  const receiver: ChannelReceiver = {
    opened: (link) => {
      if (endpoint.replaceFormer) endpoint.links.at(-1)?.close(1000, 'replaced');
      endpoint.links.push(link);
    },
    message: (link, text) => {
      endpoint.messages.push(text);
      endpoint.onMessage(link, text);
    },
    closed: (link) => endpoint.closed.push(link),
  };
  const colibri = new ColibriWebSocket({
    gate: {
      admit: ({ conferenceId, endpointId, password }) =>
        conferenceId === 'c0ffee' && endpointId === 'abcd1234' && password === 'secret'
          ? receiver
          : undefined,
    },
    serverId: 'default-id',
    compression: options.compression ?? true,
    limits: { ...channelLimits, ...options.limits },
    ...(options.maxHalfOpen === undefined ? {} : { maxHalfOpen: options.maxHalfOpen }),
    clock: systemClock,
    timers: systemTimers,
    log,
  });
  const server = createServer((_request, response) => {
    response.writeHead(405).end();
  });
  colibri.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = (path = goodPath) => `ws://127.0.0.1:${port}${path}`;
  return {
    server,
    port,
    colibri,
    log,
    endpoint,
    url,
    open: (path, clientOptions) => {
      const socket = new WebSocket(url(path), clientOptions);
      socket.on('error', () => undefined);
      return socket;
    },
    rawSocket: () => connect(port, '127.0.0.1'),
    close: async () => {
      colibri.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Resolves when the socket is open, rejects if it is refused. */
export function opened(socket: WebSocket): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(socket)).once('error', reject);
  });
}

/** The close code and reason, once the socket is closed. */
export function closed(socket: WebSocket): Promise<{ code: number; reason: string }> {
  return new Promise((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
}

/** Status and body of a refused upgrade. */
export function refused(socket: WebSocket): Promise<{ status: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('the socket was accepted')));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
  });
}
