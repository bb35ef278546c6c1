import dgram from 'node:dgram';
import { once } from 'node:events';
import net from 'node:net';
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { MediaStartError, type MediaOptions } from '../../../src/io/media/media-options.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { until } from '../../support/until.ts';
import {
  forwarded,
  letHear,
  microphone,
  notMuted,
  openConference,
  packets,
  recordingLogger,
  startPlane,
  workerBin,
} from './media-fixture.ts';

async function startError(changes: Partial<MediaOptions>): Promise<MediaStartError> {
  const error: unknown = await startPlane(changes).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MediaStartError);
  return error as MediaStartError;
}

async function busyUdpPort(): Promise<number> {
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  atTheEnd(() => socket.close());
  await once(socket, 'listening');
  return socket.address().port;
}

async function busyTcpPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  atTheEnd(() => void server.close());
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

function executable(script: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'trestle-worker-')), 'worker');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('start', () => {
  it('fails with one line when the UDP port is in use', async () => {
    const udpPort = await busyUdpPort();
    const error = await startError({ listen: { addresses: ['127.0.0.1'], udpPort } });
    expect(error.reason).toBe('udp-port');
    expect(error.message).toContain(`UDP port ${udpPort} on 127.0.0.1 is in use`);
    expect(error.message).not.toContain('\n');
  });

  it('fails for the UDP port also where TCP is on', async () => {
    const udpPort = await busyUdpPort();
    const error = await startError({ listen: { addresses: ['127.0.0.1'], udpPort, tcpPort: 0 } });
    expect(error.reason).toBe('udp-port');
  });

  it('goes on without TCP candidates when the TCP port is in use', async () => {
    const tcpPort = await busyTcpPort();
    const log = recordingLogger();
    const plane = await startPlane(
      { listen: { addresses: ['127.0.0.1'], udpPort: 0, tcpPort } },
      log,
    );
    expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn' }));
    const conference = await openConference(plane);
    const { endpoint } = await conference.join('alice');
    expect(endpoint.localTransport().candidates.map(({ protocol }) => protocol)).toEqual(['udp']);
  });

  it('fails for an address this machine does not have', async () => {
    const error = await startError({ listen: { addresses: ['192.0.2.1'], udpPort: 0 } });
    expect(error.reason).toBe('listen-address');
    expect(error.message).toContain('192.0.2.1');
  });

  it('names a worker binary that is not there, and what to do', async () => {
    const error = await startError({ workerBin: '/nonexistent/mediasoup-worker' });
    expect(error.reason).toBe('worker-missing');
    expect(error.message).toContain('/nonexistent/mediasoup-worker');
    expect(error.message).toContain('build-worker');
  });

  it('tells a worker that does not run from one that is missing', async () => {
    const error = await startError({ workerBin: executable('exit 1') });
    expect(error.reason).toBe('worker-failed');
  });

  it.each([
    [
      'another series',
      'echo 3.27.1-0123456789abcdef',
      /built from series 3\.27\.1-0123456789abcdef/,
    ],
    ['unknown patches', 'exit 41', /built from unknown patches/],
  ])('refuses a worker of %s, although it runs', async (_name, answer, found) => {
    const worker = executable(
      `if [ "$1" = --series ]; then ${answer}; else exec ${workerBin()} "$@"; fi`,
    );
    for (const workers of [1, 2]) {
      const error = await startError({ workerBin: worker, workers });
      expect(error.reason).toBe('worker-series');
      expect(error.message).toMatch(found);
      expect(error.message).toContain('run "make build"');
      expect(error.message).not.toContain('\n');
    }
  });

  it('replaces a worker that dies while the next one starts', async () => {
    const first = join(mkdtempSync(join(tmpdir(), 'trestle-worker-')), 'first');
    const worker = executable(
      `[ "$1" = --series ] || if [ ! -e ${first} ]; then echo $$ > ${first}
       elif [ -s ${first} ]; then kill -KILL $(cat ${first}); : > ${first}; sleep 0.2; fi
       exec ${workerBin()} "$@"`,
    );
    const plane = await startPlane({ workerBin: worker, workers: 2 });
    await until(() => {
      const alive = plane.figures().workers.map((each) => each.alive);
      return alive.every(Boolean) ? undefined : alive.join();
    });
    expect(plane.figures().workersDied).toBe(1);
    for (const place of [0, 1]) {
      const conference = await openConference(plane);
      await conference.join('alice');
      expect(conference.media.spread().workers).toEqual([place]);
    }
  });
});

describe('a peer without the signalled certificate', () => {
  it('never gets media through', async () => {
    const plane = await startPlane();
    const conference = await openConference(plane);
    const mallory = await conference.add('mallory');
    const bob = await conference.join('bob');
    const source = microphone(mallory.id, 1001);
    mallory.endpoint.setReception({ sources: [source], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(mallory.id, source)], idealBps: 0 });
    const remote = mallory.client.remoteTransport();
    const [fingerprint] = remote.fingerprints;
    const digits = fingerprint!.value.replaceAll(/[0-9A-F]/g, (digit) =>
      digit === '0' ? '1' : '0',
    );
    await mallory.endpoint.setRemoteTransport({
      ...remote,
      fingerprints: [{ ...fingerprint!, value: digits }],
    });
    await until(() => {
      const states = conference
        .eventsOf('transport-state')
        .filter(({ endpointId }) => endpointId === 'mallory');
      return states.at(-1)?.dtls === 'failed' ? undefined : JSON.stringify(states.at(-1));
    });
    const flow = new AudioFlow({ client: mallory.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    // The right certificate signalled later does not help: the first answer counts.
    await mallory.endpoint.setRemoteTransport(remote);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(bob.client.received).toEqual([]);
    expect(conference.eventsOf('codec')).toEqual([]);
  });

  it('gets nothing through before a fingerprint is signalled, and everything after', async () => {
    const plane = await startPlane();
    const conference = await openConference(plane);
    const alice = await conference.add('alice');
    const bob = await conference.join('bob');
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    await new Promise((resolve) => setTimeout(resolve, 1000)); // ICE connects, DTLS waits
    expect(alice.client.connected).toBe(false);
    expect(bob.client.received).toEqual([]);
    expect(
      conference
        .eventsOf('transport-state')
        .filter(({ endpointId, dtls }) => endpointId === 'alice' && dtls === 'connected'),
    ).toEqual([]);
    await alice.endpoint.setRemoteTransport(alice.client.remoteTransport());
    await packets(bob.client, 1001, 5);
  });
});

describe('hostile datagrams', () => {
  it('to the media port change nothing', async () => {
    const log = recordingLogger();
    const plane = await startPlane({}, log);
    const conference = await openConference(plane);
    const alice = await conference.join('alice', { dataChannel: true });
    const bob = await conference.join('bob');
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    await packets(bob.client, 1001, 5);
    const { ufrag } = alice.endpoint.localTransport();
    const socket = dgram.createSocket('udp4');
    atTheEnd(() => socket.close());
    for (const datagram of hostileDatagrams(ufrag)) {
      socket.send(datagram, plane.ports!.udp, '127.0.0.1');
    }
    const stream = net.connect(plane.ports!.tcp!, '127.0.0.1');
    atTheEnd(() => stream.destroy());
    stream.on('error', () => {});
    for (const datagram of hostileDatagrams(ufrag)) {
      stream.write(
        Buffer.concat([Buffer.from([datagram.length >> 8, datagram.length & 0xff]), datagram]),
      );
    }
    const before = bob.client.packetsOf(1001).length;
    await packets(bob.client, 1001, before + 50);
    expect(plane.figures().workersDied).toBe(0);
    expect(bob.client.received.every(({ ssrc }) => ssrc === 1001)).toBe(true);
    expect(conference.eventsOf('channel-closed')).toEqual([]);
    expect(conference.eventsOf('transport-state').some(({ dtls }) => dtls === 'failed')).toBe(
      false,
    );
    expect(log.lines.length).toBeLessThan(100);
  });

  it('over TCP that are no ICE end the connection, and one line says what came', async () => {
    const log = recordingLogger();
    const plane = await startPlane({}, log);
    const conference = await openConference(plane);
    await conference.join('alice', { protocol: 'tcp' });
    for (const opening of [sslTcpHello, tlsHello, Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
      const stream = net.connect(plane.ports!.tcp!, '127.0.0.1').on('error', () => undefined);
      atTheEnd(() => stream.destroy());
      stream.resume().write(opening);
      await once(stream, 'close');
    }
    await conference.join('bob', { protocol: 'tcp' });
    const lines = () => log.lines.filter(({ message }) => message.includes('speaks no ICE'));
    await until(() => (lines().length > 0 ? undefined : 'nothing is logged'));
    expect(lines().map(({ message }) => message)).toEqual([
      expect.stringMatching(/closed, it speaks no ICE but ssltcp: only plain ICE over TCP/),
    ]);
  });

  it('over TCP take no descriptors for long: silent connections are closed, the oldest first', async () => {
    const log = recordingLogger();
    const plane = await startPlane({ workerLogLevel: 'warn' }, log);
    const conference = await openConference(plane);
    const alice = await conference.join('alice', { protocol: 'tcp' });
    let closed = 0;
    const connectSilent = async () => {
      const stream = net.connect(plane.ports!.tcp!, '127.0.0.1').on('error', () => undefined);
      atTheEnd(() => stream.destroy());
      stream.resume().on('close', () => (closed += 1));
      await once(stream, 'connect');
      // May be the beginning of a check.
      stream.write(Buffer.from([0, 100]));
    };
    const most = 1000;
    for (let opened = 0; opened < most + 100; opened += 50)
      await Promise.all(Array.from({ length: 50 }, connectSilent));
    await until(() => (closed >= 100 ? undefined : `${closed} are closed`));
    const bob = await conference.join('bob', { protocol: 'tcp' });
    await until(() => (closed === most + 100 ? undefined : `${closed} are closed`), 40_000);
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    await packets(bob.client, 1001, 20);
    const lines = log.lines.filter(({ message }) => message.includes('too many TCP connections'));
    expect(lines).toHaveLength(1);
  });

  it('inside an authenticated transport harm nobody', async () => {
    const plane = await startPlane();
    const conference = await openConference(plane);
    const mallory = await conference.join('mallory');
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const source = microphone(alice.id, 1001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    mallory.endpoint.setReception({ sources: [microphone(mallory.id, 666)], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    atTheEnd(() => flow.stop());
    for (const packet of hostileRtp()) {
      try {
        mallory.client.send(packet);
      } catch {
        // So broken that not even the client's own SRTP takes it.
      }
    }
    await packets(bob.client, 1001, 50);
    expect(plane.figures().workersDied).toBe(0);
    expect(bob.client.received.every(({ ssrc }) => ssrc === 1001)).toBe(true);
  });
});

/** How libwebrtc begins a connection to an `ssltcp` candidate (rtc_base/socket_adapters.cc): SSL 2's hello with version 3.1, 72 bytes. */
const sslTcpHello = Buffer.concat([
  Buffer.from([0x80, 0x46, 0x01, 0x03, 0x01, 0x00, 0x2d, 0x00, 0x00, 0x00, 0x10]),
  Buffer.alloc(61, 0x01),
]);
/** A TLS record with a ClientHello of 512 bytes. */
const tlsHello = Buffer.concat([
  Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
  Buffer.alloc(506),
]);

/** A fixed sequence that looks random: a failure can be repeated. */
function pseudoRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomBytes(length: number, random: () => number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** STUN with true and false user names and truncated attributes, DTLS records, RTP, RTCP, SCTP-like bytes, noise. */
function* hostileDatagrams(ufrag: string): Generator<Buffer> {
  const random = pseudoRandom(1);
  const firstBytes = [0x00, 0x01, 0x14, 0x16, 0x17, 0x3f, 0x40, 0x80, 0x90, 0xbf, 0xff];
  for (let round = 0; round < 30; round += 1) {
    for (const first of firstBytes) {
      const noise = randomBytes(Math.floor(random() * 300), random);
      yield Buffer.concat([Buffer.from([first]), noise]);
    }
    yield bindingRequest(ufrag, random);
    yield bindingRequest(`${ufrag}x`, random);
    yield bindingRequest(ufrag, random).subarray(0, 20 + Math.floor(random() * 20));
    // A DTLS record that claims to be a ClientHello.
    yield Buffer.concat([
      Buffer.from([22, 254, 253, 0, 0, 0, 0, 0, 0, 0, round, 0, 60, 1, 0, 0, 48]),
      randomBytes(56, random),
    ]);
  }
}

/** A binding request with a wrong MESSAGE-INTEGRITY. */
function bindingRequest(ufrag: string, random: () => number): Buffer {
  const name = Buffer.from(`${ufrag}:peer`);
  const padded = Buffer.concat([name, Buffer.alloc((4 - (name.length % 4)) % 4)]);
  const attributes = Buffer.concat([
    Buffer.from([0x00, 0x06, 0, name.length]),
    padded,
    Buffer.from([0x00, 0x08, 0, 20]),
    randomBytes(20, random),
  ]);
  const header = Buffer.alloc(20);
  header.writeUInt16BE(1, 0);
  header.writeUInt16BE(attributes.length, 2);
  header.writeUInt32BE(0x2112a442, 4);
  randomBytes(12, random).copy(header, 8);
  return Buffer.concat([header, attributes]);
}

/** RTP and RTCP with lengths that lie, on an own and on foreign SSRCs. */
function* hostileRtp(): Generator<Buffer> {
  const random = pseudoRandom(2);
  for (let round = 0; round < 500; round += 1) {
    const packet = randomBytes(12 + Math.floor(random() * 200), random);
    packet[0] = 0x80 | (packet[0]! & 0x3f);
    packet[1] = round % 3 === 0 ? 200 + (round % 8) : [111, 100, 41, 101, 107][round % 5]!;
    packet.writeUInt32BE([666, 1001, round][round % 3]!, 8);
    yield packet;
  }
}
