// Packets that are lost between the workers of one conference (docs/media-plane.md, "A conference across workers").
import { createSocket } from 'node:dgram';
import { expect, it } from 'vitest';
import { UdpSockets, type UdpSocket } from '../../../src/io/system/udp-sockets.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import {
  camera,
  forwarded,
  notMuted,
  openConference,
  packets,
  placeApart,
  startPlane,
  type Participant,
} from './media-fixture.ts';

placeApart();

const VIDEO = 2001;
const junk = Buffer.alloc(1400);
/** 4 MiB, as much as a pipe asks for, and some more: the kernel counts a datagram as larger than it is. */
const mostJunk = 20_000;

const sockets = new UdpSockets();
const socketsOf = (pid: number): readonly UdpSocket[] =>
  sockets.read([pid], performance.now())[0] ?? [];

/** Fills a socket that nobody reads. What comes from elsewhere than the other end counts for nothing, but takes room. */
async function fill(pid: number, port: number): Promise<void> {
  const socket = createSocket('udp4');
  const drops = () => socketsOf(pid).find(({ address }) => address.endsWith(`:${port}`))!.drops;
  try {
    for (let sent = 0; drops() === 0; sent += 100) {
      if (sent > mostJunk) throw new Error('the socket is not full');
      const sending = Array.from(
        { length: 100 },
        () => new Promise((resolve) => socket.send(junk, port, '127.0.0.1', resolve)),
      );
      await Promise.all(sending);
    }
  } finally {
    socket.close();
  }
}

/** How many are missing among the numbers that came. */
function missing({ client }: Participant): number {
  const numbers = client.packetsOf(VIDEO).map(({ sequenceNumber }) => sequenceNumber);
  const distances = numbers.map((number) => (number - numbers[0]! + 0x10000) & 0xffff);
  return Math.max(...distances) + 1 - new Set(distances).size;
}

it('what a full socket between two workers drops is counted, and sent again', async () => {
  const plane = await startPlane();
  const conference = await openConference(plane);
  const alice = await conference.join('alice');
  const bob = await conference.join('bob');
  const source = camera(alice.id, VIDEO);
  alice.endpoint.setReception({ sources: [source], muted: notMuted });
  const flow = new VideoFlow({ client: alice.client, encodings: source.encodings });
  atTheEnd(() => flow.stop());
  bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
  await packets(bob.client, VIDEO, 50);
  const far = plane.figures().workers[1]!.pid;
  const pipe = socketsOf(far).find(
    ({ address }) => address.startsWith('127.0.0.1:') && !address.endsWith(`:${plane.ports!.udp}`),
  )!;
  const port = Number(pipe.address.split(':')[1]);

  process.kill(far, 'SIGSTOP'); // for less time than a worker is given to answer
  await fill(far, port);
  const dropped = () => socketsOf(far).find(({ inode }) => inode === pipe.inode)!.drops;
  const before = dropped();
  await until(() => (dropped() >= before + 10 ? undefined : `${dropped() - before} are dropped`));
  process.kill(far, 'SIGCONT');

  await packets(bob.client, VIDEO, bob.client.packetsOf(VIDEO).length + 50);
  await until(() => (missing(bob) === 0 ? undefined : `${missing(bob)} packets are missing`));
  expect(plane.figures().workersDied).toBe(0);
});
