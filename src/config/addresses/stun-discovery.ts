import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { isIPv4 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { AddressConfig, StaticMapping, StunServer } from '../ice-config.ts';
import { decodeMappedAddress, encodeBindingRequest } from './stun-message.ts';

/**
 * A local address and how a STUN server sees it. Only the address counts: the port in front of media is the one
 * media listens on.
 */
export type Discovered = Pick<StaticMapping, 'localAddress' | 'publicAddress'>;

/** RFC 8489 §6.2.1: 500 ms, doubled each time. */
const firstRetryMs = 500;

/** Asks every server from every local IPv4 address at once. Servers that do not answer in time are left out. */
export async function discoverByStun(
  listen: readonly string[],
  config: Pick<AddressConfig, 'stunServers' | 'discoveryTimeoutMs'>,
): Promise<Discovered[]> {
  const limit = AbortSignal.timeout(config.discoveryTimeoutMs);
  const questions = config.stunServers.flatMap((server) =>
    listen.filter(isIPv4).map((localAddress) => ask(localAddress, server, limit)),
  );
  const answers = await Promise.all(questions);
  return answers.filter((answer) => answer !== undefined);
}

async function ask(
  localAddress: string,
  server: StunServer,
  limit: AbortSignal,
): Promise<Discovered | undefined> {
  const socket = createSocket('udp4');
  const stop = new AbortController();
  const signal = AbortSignal.any([limit, stop.signal]);
  // A refused port shows up as an error here; it is a server that does not answer like any other.
  socket.on('error', () => stop.abort());
  try {
    const { address } = await lookup(server.host, { family: 4 });
    socket.bind(0, localAddress);
    await once(socket, 'listening', { signal });
    const publicAddress = await transact(socket, { host: address, port: server.port }, signal);
    return { localAddress, publicAddress };
  } catch {
    return undefined;
  } finally {
    stop.abort();
    socket.close();
  }
}

async function transact(socket: Socket, server: StunServer, signal: AbortSignal): Promise<string> {
  const transactionId = randomBytes(12);
  const request = encodeBindingRequest(transactionId);
  const answer = new Promise<string>((resolve) => {
    socket.on('message', (message) => {
      const mapped = decodeMappedAddress(message, transactionId);
      if (mapped !== undefined) resolve(mapped);
    });
  });
  const repeat = async (): Promise<never> => {
    for (let wait = firstRetryMs; ; wait *= 2) {
      socket.send(request, server.port, server.host);
      await delay(wait, undefined, { signal });
    }
  };
  return Promise.race([answer, repeat()]);
}
