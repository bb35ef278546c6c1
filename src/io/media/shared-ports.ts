// The ports that several workers have in common (docs/worker.md, "One port for all workers").
import { randomBytes } from 'node:crypto';
import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import type { ListenOptions } from './media-options.ts';
import { sharedPortAddress } from './worker-reports.ts';

/** Each worker has one; it starts the username fragments of the worker's endpoints (RFC 8445 §5.3: letters and digits may). */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
export const MAX_WORKERS = LETTERS.length;
/** Addresses must agree on a free port where any will do. */
const FREE_PORT_ATTEMPTS = 20;

/** Who opened the shared ports, in the kernel's order: its filter program counts in it. */
export class SharedPorts {
  readonly #group = randomBytes(8).toString('hex');
  readonly #letters: string;
  #order: readonly string[] = [];

  constructor(workers: number) {
    this.#letters = LETTERS.slice(0, workers);
  }

  /** What worker `index` is to be told when it opens the ports next. */
  opening(index: number): string {
    return sharedPortAddress(
      this.#group,
      this.#letters,
      [...this.#order, this.#letter(index)].join(''),
    );
  }

  opened(index: number): void {
    this.#order = [...this.#order, this.#letter(index)];
  }

  /** The kernel moves the last one to the place that became free (net/core/sock_reuseport.c). */
  closed(index: number): void {
    const place = this.#order.indexOf(this.#letter(index));
    if (place < 0) return;
    const others = [...this.#order];
    const last = others.pop();
    if (last !== undefined && place < others.length) others[place] = last;
    this.#order = others;
  }

  #letter(index: number): string {
    return this.#letters.charAt(index);
  }
}

/**
 * Finds ports for workers to share. They open them in a way that does not notice somebody else of the same user, such as a
 * second bridge, so this is where a port in use is noticed.
 *
 * @returns `listen` with the ports; without a TCP port if that is in use
 * @throws Error with code `EADDRINUSE` if the UDP port is
 */
export async function findSharedPorts(listen: ListenOptions): Promise<ListenOptions> {
  const { tcpPort, ...rest } = listen;
  const udpPort = await findPort(listen.addresses, listen.udpPort, isUdpFree);
  if (tcpPort === undefined) return { ...rest, udpPort };
  try {
    return { ...rest, udpPort, tcpPort: await findPort(listen.addresses, tcpPort, isTcpFree) };
  } catch (error) {
    if (isInUse(error)) return { ...rest, udpPort };
    throw error;
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

type Probe = (address: string, port: number) => Promise<number>;

async function findPort(addresses: readonly string[], port: number, probe: Probe): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      let found = port;
      for (const address of addresses) found = await probe(address, found);
      return found;
    } catch (error) {
      if (port !== 0 || !isInUse(error) || attempt === FREE_PORT_ATTEMPTS) throw error;
    }
  }
}

async function isUdpFree(address: string, port: number): Promise<number> {
  const socket = dgram.createSocket(net.isIPv6(address) ? 'udp6' : 'udp4');
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
    return socket.address().port;
  } finally {
    socket.close();
  }
}

async function isTcpFree(address: string, port: number): Promise<number> {
  const server = net.createServer();
  try {
    server.listen({ host: address, port, exclusive: true });
    await once(server, 'listening');
    return (server.address() as net.AddressInfo).port;
  } finally {
    server.close();
  }
}
