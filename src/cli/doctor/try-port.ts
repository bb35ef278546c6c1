import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { createServer } from 'node:net';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { PortFacts } from '../../doctor/judge-ports.ts';

type Tried = Pick<PortFacts, 'state' | 'owner'>;

const states: Readonly<Record<string, PortFacts['state']>> = {
  EADDRINUSE: 'taken',
  EADDRNOTAVAIL: 'no such address',
  EACCES: 'not allowed',
};

/** Opens the port for a moment. */
export async function tryPort(
  protocol: 'udp' | 'tcp',
  host: string | undefined,
  port: number,
): Promise<Tried> {
  try {
    if (protocol === 'udp') await openUdp(host, port);
    else await openTcp(host, port);
    return { state: 'free' };
  } catch (error) {
    const state = states[(error as NodeJS.ErrnoException).code ?? ''];
    if (state === undefined) throw error;
    const owner = state === 'taken' ? ownerOf(protocol, port) : undefined;
    return { state, ...(owner !== undefined && { owner }) };
  }
}

async function openUdp(host: string | undefined, port: number): Promise<void> {
  const socket = createSocket(host !== undefined && isIPv6(host) ? 'udp6' : 'udp4');
  try {
    socket.bind({ port, ...(host !== undefined && { address: host }), exclusive: true });
    await once(socket, 'listening');
  } finally {
    socket.close();
  }
}

async function openTcp(host: string | undefined, port: number): Promise<void> {
  const server = createServer();
  server.listen({ port, ...(host !== undefined && { host }), exclusive: true });
  await once(server, 'listening');
  server.close();
}

/** Program and process id of who has the port; only root sees those of others (proc(5)). */
function ownerOf(protocol: 'udp' | 'tcp', port: number): string | undefined {
  const inodes = [protocol, `${protocol}6`].flatMap((table) => socketsOn(table, port));
  for (const pid of listed('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const fd of listed(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(target(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined && inodes.includes(inode)) {
        return `${text(`/proc/${pid}/comm`).trim()} (process ${pid})`;
      }
    }
  }
  return undefined;
}

function socketsOn(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return text(`/proc/net/${table}`)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(`:${hex}`) === true)
    .flatMap((fields) => fields[9] ?? []);
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // gone, or another user's
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

function text(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
