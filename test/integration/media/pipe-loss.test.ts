// Packets that are lost between the workers of one conference (docs/media-plane.md, "A conference across workers").
import { createSocket } from 'node:dgram';
import { expect, it } from 'vitest';
import { UdpSockets, type UdpSocket } from '../../../src/io/system/udp-sockets.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { missingNumbers, repeatedNumbers } from '../../support/client/missing-numbers.ts';
import { openNat } from '../../support/client/nat.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { isRtcp } from '../../../loadtest/rtp/rtp-packet.ts';
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
/** Of `camera`. */
const RTX = VIDEO + 10;
const junk = Buffer.alloc(1400);
/** 4 MiB, as much as a pipe asks for, and some more: the kernel counts a datagram as larger than it is. */
const mostJunk = 20_000;

const sockets = new UdpSockets();
const socketsOf = (pid: number): readonly UdpSocket[] => sockets.read([pid])[0] ?? [];

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

const stream = { ssrc: VIDEO, rtx: RTX };
const repeated = ({ client }: Participant) => repeatedNumbers(client, stream);
const missing = ({ client }: Participant) => missingNumbers(client, stream);

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
  await until(() => (missing(bob).length === 0 ? undefined : `${missing(bob).join()} are missing`));
  expect(plane.figures().workersDied).toBe(0);
});

it('what is lost on either side of two workers is sent again on that side', async () => {
  const plane = await startPlane();
  const conference = await openConference(plane);
  const nat = await openNat(plane.ports!.udp);
  atTheEnd(() => nat.close());
  const alice = await conference.join('alice');
  const bob = await conference.join('bob', { candidatePort: nat.port });
  expect(alice.endpoint.link().worker).not.toBe(bob.endpoint.link().worker);
  const source = camera(alice.id, VIDEO, 1);
  alice.endpoint.setReception({ sources: [source], muted: notMuted });
  const flow = new VideoFlow({ client: alice.client, encodings: source.encodings });
  atTheEnd(() => flow.stop());
  bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
  await packets(bob.client, VIDEO, 20);

  const isVideo = (packet: Buffer) =>
    packet.readUInt8(0) >> 6 === 2 && !isRtcp(packet) && packet.readUInt32BE(8) === VIDEO;
  const lostToBob: number[] = [];
  let passed = 0;
  nat.loseAnswers((packet) => {
    if (!isVideo(packet) || (passed += 1) % 7 !== 0) return false;
    lostToBob.push(packet.readUInt16BE(2));
    return true;
  });
  const asking = setInterval(() => {
    const missed = missing(bob);
    if (missed.length > 0) bob.client.send(buildNack(1, VIDEO, missed));
  }, 50);
  atTheEnd(() => clearInterval(asking));
  const lostByAlice: number[] = [];
  for (let times = 0; times < 5; times += 1) {
    lostByAlice.push(flow.loseNext(0));
    await packets(bob.client, VIDEO, bob.client.packetsOf(VIDEO).length + 12);
  }
  nat.loseAnswers(() => false);
  await until(() => {
    const again = repeated(bob);
    const due = [...missing(bob), ...lostToBob.filter((number) => !again.includes(number))];
    return due.length === 0 ? undefined : `${due.join()} did not come again`;
  });

  // What bob asked for again was answered by his worker: alice was asked for what her own link lost, and for nothing else.
  const askedOfAlice = new Set(alice.client.feedbackOf('nack').flatMap(({ lost }) => lost));
  expect([...askedOfAlice].sort()).toEqual(lostByAlice.sort());
});
