import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

export type Transport = 'udp' | 'tcp';

/** A port that something else listens on. */
export class PortInUseError extends Error {
  override readonly name = 'PortInUseError';
}

/** Finds a port nobody listens on at present. */
export async function freePort(host: string, transport: Transport = 'tcp'): Promise<number> {
  return listenBriefly(host, 0, transport);
}

/**
 * Makes sure that a port can be had, so that one clear line says so before anything is started.
 * @throws PortInUseError; other errors as the system gives them (an address that is not this machine's)
 */
export async function requireFree(
  host: string,
  { port, transport, flag }: { port: number; transport: Transport; flag: string },
): Promise<void> {
  try {
    await listenBriefly(host, port, transport);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortInUseError(
      `${transport.toUpperCase()} port ${port} of ${host} is in use: stop what uses it, or choose another with ${flag}`,
    );
  }
}

async function listenBriefly(host: string, port: number, transport: Transport): Promise<number> {
  if (transport === 'udp') {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.bind(port, host);
    await once(socket, 'listening');
    const given = socket.address().port;
    socket.close();
    return given;
  }
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
