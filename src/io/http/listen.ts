import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';

/** Time for a request's head and for the whole of it to come in; Node's own are a minute and five, looked at every 30 s. */
const timeouts = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1000,
};

/** Where a server listens; `tls` makes it HTTPS and is there only where a key is configured. */
export type ListenOptions = {
  readonly host: string | undefined;
  readonly port: number;
  readonly tls?: ServerOptions;
};

/** Thrown when a TCP port cannot be had: whose fault and what to do, in one line. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * The public server: nothing but WebSocket upgrades, which io/channel attaches to the returned server; every
 * ordinary request is answered with 404.
 */
export async function startPublicServer(options: ListenOptions): Promise<Server> {
  const server = createHttpServer(options.tls, (_request, response) => {
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, 'public HTTP', options)));
    server.listen({ port: options.port, host: options.host }, resolve);
  });
  return server;
}

/** HTTPS where there is a key, else HTTP. */
export function createHttpServer(tls: ServerOptions | undefined, handler: RequestListener): Server {
  if (!tls) return createServer(timeouts, handler);
  const handshakeTimeout = timeouts.headersTimeout;
  return createTlsServer({ ...tls, ...timeouts, handshakeTimeout }, handler);
}

/** Turns the system's error into one an operator can act on. */
export function explainListenError(
  error: NodeJS.ErrnoException,
  what: string,
  { host, port }: ListenOptions,
): Error {
  const where = `${host ?? '*'}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `${what} port ${where} is in use: stop the other program or configure another port`,
      );
    case 'EACCES':
      return new ListenError(`${what} port ${where} needs privileges: choose a port above 1023`);
    case 'EADDRNOTAVAIL':
      return new ListenError(`${what} address ${where} does not exist on this machine`);
    default:
      return error;
  }
}
