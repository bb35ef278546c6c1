import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findSharedPorts } from '../../../src/io/media/shared-ports.ts';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import {
  buildBindingRequest,
  parseBindingResponse,
  type BindingRequest,
} from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';

const ip = '127.0.0.1';
const cleanups: (() => void)[] = [];
let group: string;
let ports: { readonly udpPort: number; readonly tcpPort?: number };

beforeEach(async () => {
  group = randomBytes(8).toString('hex');
  ports = await findSharedPorts({ addresses: [ip], udpPort: 0, tcpPort: 0 });
});

afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

/** One of two workers, "a" and "b", on the ports. @param order in which those that live opened them */
async function openWorker(order: 'b' | 'ba'): Promise<[BareWorker, types.WebRtcServer]> {
  const bare = await BareWorker.start();
  cleanups.push(() => bare.close());
  const flags = { udpReusePort: true };
  const announcedAddress = `shared-port:${group}:ab:${order}`;
  const server = await bare.worker.createWebRtcServer({
    listenInfos: [
      { protocol: 'udp', ip, port: ports.udpPort, flags, announcedAddress },
      { protocol: 'tcp', ip, port: ports.tcpPort!, flags },
    ],
  });
  return [bare, server];
}

function sendCheck(stream: Socket, request: Omit<BindingRequest, 'role'>): void {
  const check = buildBindingRequest({ ...request, role: 'controlling' });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(check.length);
  stream.write(Buffer.concat([length, check]));
}

it('a TCP connection whose worker is away is offered to it again with the next check', async () => {
  await openWorker('b');
  const stream = connect({ host: ip, port: ports.tcpPort! });
  cleanups.push(() => stream.destroy());
  let answers = Buffer.alloc(0);
  stream.on('data', (data: Buffer) => (answers = Buffer.concat([answers, data])));
  await once(stream, 'connect');
  sendCheck(stream, { username: 'away:client', password: 'unknown' });

  const [bare, webRtcServer] = await openWorker('ba');
  const { iceParameters } = await bare.router.createWebRtcTransport({
    webRtcServer,
    enableTcp: true,
  });
  const { usernameFragment, password } = iceParameters;
  expect(usernameFragment).toMatch(/^a/);
  await until(() => {
    if (answers.length > 2) return undefined;
    sendCheck(stream, { username: `${usernameFragment}:client`, password });
    return 'the check has no answer';
  });
  const answer = parseBindingResponse(answers.subarray(2, 2 + answers.readUInt16BE(0)), password);
  expect(answer).toEqual({ isError: false, errorCode: undefined, authentic: true });
});

it('descriptors that nobody expects are closed', async () => {
  const [{ worker }] = await openWorker('b');
  const folder = mkdtempSync(join(tmpdir(), 'trestle-descriptors-'));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'surplus-descriptors');
  execFileSync('cc', ['-Wall', '-o', program, 'test/support/rtp/surplus-descriptors.c']);
  const open = () => readdirSync(`/proc/${worker.pid}/fd`).length;
  const before = open();
  execFileSync(program, [`trestle-${group}-b`, '200'], { stdio: ['ignore', 'ignore', 'inherit'] });
  // What the worker does afterwards, it does after it read them.
  await worker.dump();
  await until(() => (open() === before ? undefined : `${open()} descriptors after ${before}`));
  expect(open()).toBe(before);
});
