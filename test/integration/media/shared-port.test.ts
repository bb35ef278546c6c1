import dgram from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import type { MediaOptions } from '../../../src/io/media/media-options.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { UdpSockets } from '../../../src/io/system/udp-sockets.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openNat } from '../../support/client/nat.ts';
import { SocketShim, socketOption } from '../../support/rtp/socket-shim.ts';
import { buildBindingRequest } from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';
import {
  TestConference,
  forwarded,
  mediaOptions,
  microphone,
  notMuted,
  packets,
  recordingLogger,
  type JoinOptions,
  type Participant,
  openConference,
  startPlane,
  workerBin,
} from './media-fixture.ts';

async function start(changes: Partial<MediaOptions> = {}, log = recordingLogger()) {
  return startPlane({ workers: 2, workerLogLevel: 'warn', ...changes }, log);
}

/** Two workers whose kernel does not know a socket option. */
async function startWithout(option: number, log = recordingLogger()): Promise<MediasoupPlane> {
  const shim = new SocketShim(option);
  atTheEnd(() => shim.close());
  const before = process.env; // handed down to the workers
  process.env = { ...before, ...shim.environment };
  try {
    return await start({}, log);
  } finally {
    process.env = before;
  }
}

/** A worker that may have so many files open. */
function workerWithDescriptors(count: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'trestle-worker-'));
  atTheEnd(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'worker');
  writeFileSync(path, `#!/bin/sh\nulimit -n ${count}\nexec ${workerBin()} "$@"\n`, { mode: 0o755 });
  return path;
}

async function openSocket(): Promise<dgram.Socket> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  atTheEnd(() => socket.close());
  await once(socket, 'listening');
  return socket;
}

const said = ({ lines }: ReturnType<typeof recordingLogger>, what: RegExp) =>
  lines.filter(({ message }) => what.test(message));

/** One conference on each worker. */
async function openBoth(
  plane: MediasoupPlane,
  options: JoinOptions = {},
): Promise<readonly [TestConference, TestConference]> {
  const first = await openConference(plane);
  await first.join('first', options);
  const second = await openConference(plane);
  await second.join('second', options);
  expect(plane.figures().workers.map(({ conferences }) => conferences)).toEqual([1, 1]);
  return [first, second];
}

/** Sends audio from one to the other until the test ends. */
function sendAudio(from: Participant, to: Participant, ssrc: number): void {
  const source = microphone(from.id, ssrc);
  from.endpoint.setReception({ sources: [source], muted: notMuted });
  to.endpoint.setPlan({ streams: [forwarded(from.id, source)], idealBps: 0 });
  const flow = new AudioFlow({ client: from.client, ssrc });
  atTheEnd(() => flow.stop());
}

/** How many packets of `ssrc` are missing among those `to` received from `first` on. */
function missing({ client }: Participant, ssrc: number, first = 0): number {
  const numbers = client
    .packetsOf(ssrc)
    .slice(first)
    .map(({ sequenceNumber }) => sequenceNumber);
  const [start = 0] = numbers;
  const distances = numbers.map((number) => (number - start + 0x10000) & 0xffff);
  return Math.max(...distances) + 1 - new Set(distances).size;
}

/** As it is on the wire: the header is not encrypted. */
function isRtpOf(packet: Buffer, ssrc: number): boolean {
  return packet.length > 12 && packet.readUInt8(0) >> 6 === 2 && packet.readUInt32BE(8) === ssrc;
}

describe('two workers on one port', () => {
  it('get what is for them from 40 peers, and nothing is lost', async () => {
    const plane = await start();
    const conferences = await Promise.all(Array.from({ length: 4 }, () => openConference(plane)));
    const rooms = await Promise.all(
      conferences.map((conference) =>
        Promise.all(Array.from({ length: 10 }, (_, place) => conference.join(`peer${place}`))),
      ),
    );
    for (const room of rooms) {
      for (const [place, from] of room.entries())
        sendAudio(from, room[(place + 1) % room.length]!, 1000 + place);
    }
    for (const room of rooms) {
      for (const place of room.keys()) {
        const receiver = room[(place + 1) % room.length]!;
        await packets(receiver.client, 1000 + place, 50);
        expect(missing(receiver, 1000 + place)).toBe(0);
      }
    }
    const { workers } = plane.figures();
    expect(workers.map(({ endpoints }) => endpoints)).toEqual([20, 20]);
  });

  it('are given their checks by the kernel, whether the other one runs or not', async () => {
    const plane = await start();
    const [first, second] = await openBoth(plane);
    const pids = plane.figures().workers.map(({ pid }) => pid);
    for (const [conference, other] of [
      [first, pids[1]!],
      [second, pids[0]!],
    ] as const) {
      const { ufrag, pwd } = conference.participants[0]!.endpoint.localTransport();
      const silent = new Set(await Promise.all(Array.from({ length: 8 }, () => openSocket())));
      for (const socket of silent) socket.on('message', () => silent.delete(socket));
      process.kill(other, 'SIGSTOP'); // for less time than a worker is given to answer
      atTheEnd(() => process.kill(other, 'SIGCONT'));
      const check = { username: `${ufrag}:peer`, password: pwd, role: 'controlling' } as const;
      await until(() => {
        for (const socket of silent) socket.send(buildBindingRequest(check), plane.ports!.udp);
        return silent.size === 0 ? undefined : `${silent.size} have no answer`;
      });
      // Not because it was killed and is in nobody's way any more.
      expect(plane.figures().workersDied).toBe(0);
      process.kill(other, 'SIGCONT');
    }
  });

  it('open no socket for a check that is not authentic', async () => {
    const plane = await start();
    const [{ participants }] = await openBoth(plane);
    const sockets = new UdpSockets();
    const open = () => sockets.read(plane.figures().workers.map(({ pid }) => pid)).flat().length;
    const before = open();
    const { ufrag, pwd } = participants[0]!.endpoint.localTransport();
    const peers = await Promise.all(Array.from({ length: 16 }, () => openSocket()));
    const send = (password: string) => {
      const check = { username: `${ufrag}:peer`, password, role: 'controlling' } as const;
      for (const peer of peers) peer.send(buildBindingRequest(check), plane.ports!.udp);
    };
    send('forged');
    let answers = 0;
    peers[0]!.on('message', () => (answers += 1));
    await until(() => (answers > 0 ? undefined : 'the forged check has no answer'));
    expect(open()).toBe(before);
    send(pwd);
    await until(() => (open() > before ? undefined : 'no socket for an authentic check'));
  });

  it('have the receive buffer that was asked for where media arrives', async () => {
    const receiveBufferBytes = 32 * 1024; // less than any system has unasked, and allowed everywhere
    const { listen } = mediaOptions();
    const plane = await start({ listen: { ...listen, receiveBufferBytes } });
    const conference = await openConference(plane);
    const nat = await openNat(plane.ports!.udp);
    atTheEnd(() => nat.close());
    const peer = await conference.join('peer', { candidatePort: nat.port });
    const { pid } = plane.figures().workers[peer.endpoint.link().worker]!;
    const sockets = new UdpSockets();
    process.kill(pid, 'SIGSTOP'); // for less time than a worker is given to answer
    atTheEnd(() => process.kill(pid, 'SIGCONT'));
    for (let sent = 0; sent < 400; sent += 1) nat.send(Buffer.alloc(1100));
    const full = () => sockets.read([pid])[0]?.find(({ drops }) => drops > 0);
    await until(() => (full() ? undefined : 'no socket is full'));
    // The kernel doubles what it is asked for (socket(7)), and lets the last datagram exceed it.
    expect(full()!.queuedBytes).toBeLessThan(2 * receiveBufferBytes + 4096);
  });

  it('follow a client to another address', async () => {
    const plane = await start();
    const move = async (conference: TestConference) => {
      const nat = await openNat(plane.ports!.udp);
      atTheEnd(() => nat.close());
      const receiver = conference.participants[0]!;
      const mover = await conference.join('mover', { candidatePort: nat.port });
      sendAudio(mover, receiver, 1001);
      await packets(receiver.client, 1001, 20);
      expect(missing(receiver, 1001)).toBe(0);
      await nat.rebind();
      const before = receiver.client.packetsOf(1001).length;
      // What the client sends before its next check (some seconds) is lost, nothing after.
      await packets(receiver.client, 1001, before + 50);
      expect(missing(receiver, 1001, before + 10)).toBe(0);
    };
    await Promise.all((await openBoth(plane)).map(move));
  });

  it('let one take over the address of a client of the other', async () => {
    const plane = await start();
    const [first, second] = await openBoth(plane);
    for (const [older, newer] of [
      [first, second],
      [second, first],
    ] as const) {
      const nat = await openNat(plane.ports!.udp);
      atTheEnd(() => nat.close());
      const before = await older.join('before', { candidatePort: nat.port });
      before.client.close();
      const after = await newer.join('after', { candidatePort: nat.port });
      const receiver = newer.participants[0]!;
      sendAudio(after, receiver, 1001);
      await packets(receiver.client, 1001, 20);
      before.endpoint.close();
      await packets(receiver.client, 1001, receiver.client.packetsOf(1001).length + 20);
      expect(missing(receiver, 1001, 10)).toBe(0);
      after.endpoint.close();
    }
  });

  it.each([
    ['a participant of the same conference', 'same'],
    ['a client of the other worker', 'other'],
  ])('give an address back that %s took', async (_who, taker) => {
    const plane = await start();
    const [first, second] = await openBoth(plane);
    const nat = await openNat(plane.ports!.udp);
    atTheEnd(() => nat.close());
    const owner = await first.join('owner', { candidatePort: nat.port });
    const receiver = first.participants[0]!;
    sendAudio(owner, receiver, 1001);
    await packets(receiver.client, 1001, 20);
    const thief = await (taker === 'same' ? first : second).join('thief');
    const { ufrag, pwd } = thief.endpoint.localTransport();
    const theft = { username: `${ufrag}:thief`, password: pwd, role: 'controlling' } as const;
    const sent = () => nat.forwarded.filter((packet) => isRtpOf(packet, 1001)).length;
    const heard = () => receiver.client.packetsOf(1001).length;
    let then = { sent: sent(), heard: heard() };
    await until(() => {
      if (heard() > then.heard) then = { sent: sent(), heard: heard() };
      if (sent() - then.sent > 20) return undefined;
      nat.send(buildBindingRequest(theft));
      return 'what the owner sends still arrives';
    });
    // The owner's next check comes within seconds.
    await packets(receiver.client, 1001, receiver.client.packetsOf(1001).length + 50);
  });

  it('share the TCP port as well', async () => {
    const plane = await start();
    for (const conference of await openBoth(plane, { protocol: 'tcp' })) {
      const receiver = conference.participants[0]!;
      // The kernel chooses who accepts: with some connections both ways occur.
      for (let place = 0; place < 4; place += 1) {
        const sender = await conference.join(`sender${place}`, { protocol: 'tcp' });
        sendAudio(sender, receiver, 2000 + place);
        await packets(receiver.client, 2000 + place, 10);
      }
    }
  });

  it('listen on IPv6 and several addresses', async () => {
    const plane = await start({
      listen: { addresses: ['::1', '127.0.0.1', '127.0.0.2'], udpPort: 0, tcpPort: 0 },
      advertise: [{ protocol: 'udp', ip: '::1', type: 'host' }],
    });
    await openBoth(plane);
  });

  it('go on after one of them died and came back', async () => {
    const plane = await start({ workers: 3 });
    for (const victim of [0, 1]) {
      process.kill(plane.figures().workers[victim]!.pid, 'SIGKILL');
      await until(() => (plane.figures().workersDied > victim ? undefined : 'nobody died'));
      await until(() =>
        plane.figures().workers.every(({ alive }) => alive) ? undefined : 'no successor',
      );
    }
    const conferences = await Promise.all(Array.from({ length: 3 }, () => openConference(plane)));
    for (const conference of conferences) {
      const receiver = await conference.join('receiver');
      const sender = await conference.join('sender');
      sendAudio(sender, receiver, 1001);
      await packets(receiver.client, 1001, 10);
    }
    expect(plane.figures().workers.map((worker) => worker.conferences)).toEqual([1, 1, 1]);
  });

  it('are one, and a warning, where the kernel does not let them share', async () => {
    const log = recordingLogger();
    const plane = await startWithout(socketOption.SO_REUSEPORT, log);
    expect(plane.figures().workers).toHaveLength(1);
    expect(log.lines).toContainEqual(
      expect.objectContaining({
        level: 'warn',
        message: 'workers cannot share the media ports on this system: there is one worker',
      }),
    );
    const conference = await openConference(plane);
    const [sender, receiver] = [await conference.join('a'), await conference.join('b')];
    sendAudio(sender, receiver, 1001);
    await packets(receiver.client, 1001, 20);
  });

  it('hand checks over where the kernel does not steer them', async () => {
    const log = recordingLogger();
    const plane = await startWithout(socketOption.SO_ATTACH_REUSEPORT_CBPF, log);
    await until(() => (said(log, /checks cannot be steered/).length > 0 ? undefined : 'no line'));
    const conferences = await Promise.all(Array.from({ length: 4 }, () => openConference(plane)));
    for (const conference of conferences) {
      const [sender, receiver] = [await conference.join('a'), await conference.join('b')];
      sendAudio(sender, receiver, 1001);
      await packets(receiver.client, 1001, 50);
      expect(missing(receiver, 1001)).toBe(0);
    }
    expect(plane.figures().workers.map(({ endpoints }) => endpoints)).toEqual([4, 4]);
  });

  it('say once that there are no descriptors for more clients', async () => {
    const log = recordingLogger();
    const plane = await start({ workerBin: workerWithDescriptors(40) }, log);
    const conference = await openConference(plane);
    const ids = Array.from({ length: 30 }, (_, place) => `client${place}`);
    await Promise.all(ids.map((id) => conference.add(id)));
    const checked = () => {
      const states = conference.eventsOf('transport-state');
      return new Set(states.filter(({ ice }) => ice === 'connected').map((s) => s.endpointId)).size;
    };
    await until(() => (checked() === ids.length ? undefined : `${checked()} clients are known`));
    const lines = () => said(log, /no socket for a client.*Too many open files/);
    await until(() => (lines().length > 0 ? undefined : 'nothing is logged'));
    expect(lines()).toHaveLength(1);
  });

  it('do not share it with another bridge', async () => {
    const plane = await start();
    const { udp, tcp } = plane.ports!;
    const listen = { addresses: ['127.0.0.1'], udpPort: udp, tcpPort: tcp! };
    await expect(start({ listen })).rejects.toMatchObject({ reason: 'udp-port' });
    const log = recordingLogger();
    const beside = await start({ listen: { ...listen, udpPort: 0 } }, log);
    expect(beside.ports?.tcp).toBeUndefined();
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
  });
});
