import { createSocket } from 'node:dgram';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareWorker, consume, skipIfSanitized } from '../../support/rtp/bare-worker.ts';
import { videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { errno, SocketShim } from '../../support/rtp/socket-shim.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const SOURCE = 1000;

let shim: SocketShim;
let bare: BareWorker;
let sender: PlainPeer;
let receivers: PlainPeer[];
let producer: types.Producer;
let source: VideoSource;

beforeEach(async () => {
  shim = new SocketShim();
  bare = await BareWorker.start(shim.environment);
  sender = await PlainPeer.open(bare.router);
  producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: SOURCE }),
  });
  source = new VideoSource({ ssrc: SOURCE });
  receivers = [];
});

afterEach(() => {
  for (const peer of [sender, ...receivers]) peer.close();
  bare.close();
  shim.close();
});

async function addReceivers(count: number, ip: '127.0.0.1' | '::1' = '127.0.0.1'): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const peer = await PlainPeer.open(bare.router, { ip, srtp: true });
    receivers.push(peer);
    await consume(peer.transport, producer, videoParameters({ ssrc: 2000 }));
  }
}

/** Lets the worker find a burst waiting in its socket: all in one iteration of its loop. */
async function burst(frames: number, payloadBytes: (frame: number) => number): Promise<number> {
  process.kill(bare.worker.pid, 'SIGSTOP');
  let count = 0;
  for (let frame = 0; frame < frames; frame += 1) {
    const options = { keyFrame: frame === 0, packets: 4, payloadBytes: payloadBytes(frame) };
    for (const packet of source.frame(options)) {
      sender.send(packet);
      count += 1;
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(bare.worker.pid, 'SIGCONT');
  return count;
}

async function allArrived(count: number): Promise<void> {
  await until(() => {
    const short = receivers.find(({ rtp }) => rtp.length < count);
    return short === undefined ? undefined : `${short.rtp.length} of ${count} came`;
  });
}

/** Everything came once, in order, and authentic. */
function expectWhole(count: number): void {
  for (const { rtp, received } of receivers) {
    const first = rtp[0]?.sequenceNumber ?? 0;
    const expected = Array.from({ length: count }, (_, place) => (first + place) & 0xffff);
    expect(rtp.map(({ sequenceNumber }) => sequenceNumber)).toEqual(expected);
    expect(received).toMatchObject({ rejected: 0, repeated: 0 });
  }
}

describe('datagrams of a loop iteration', () => {
  it('are one call for a socket and one message for the equal packets to a receiver', async () => {
    await addReceivers(3);
    const count = await burst(5, () => 1000);
    await allArrived(count);
    expectWhole(count);
    const { datagrams, messages, segmentedMessages, singleSends } = shim.counters();
    expect(datagrams).toBeGreaterThanOrEqual(3 * count);
    expect(segmentedMessages).toBeGreaterThan(0);
    // The 20 packets to a receiver are one message, or a few if the burst was read in parts.
    expect(messages).toBeLessThan(datagrams / 3);
    expect(singleSends).toBe(0);
  });

  it.each(['127.0.0.1', '::1'] as const)('keep their order with mixed sizes to %s', async (ip) => {
    await addReceivers(2, ip);
    let count = 0;
    for (let turn = 0; turn < 10; turn += 1) {
      count += await burst(4, (frame) => 100 + ((frame * 397 + turn * 131) % 1100));
      await allArrived(count); // ten turns at once are more than a socket's buffer may hold
    }
    expectWhole(count);
  });

  it('fit where a burst is larger than the memory for it', async () => {
    await addReceivers(30);
    // 30 receivers x 88 packets x 1,200 bytes are more than the batch's 2 MB.
    const count = await burst(22, () => 1180);
    await allArrived(count);
    expectWhole(count);
  });
});

describe('a kernel or device that does not segment', () => {
  it.each([
    ['EIO', errno.EIO],
    ['EINVAL', errno.EINVAL],
  ])('costs nothing but speed (%s)', async (_name, error) => {
    await addReceivers(3);
    shim.fail({ errno: error, times: 1_000_000, onlySegmented: true });
    let count = await burst(5, () => 1000);
    await allArrived(count);
    count += await burst(5, () => 1000);
    await allArrived(count);
    expectWhole(count);
    expect(shim.counters()).toMatchObject({ segmentedMessages: 0 });
    expect(shim.counters().faults).toBeGreaterThan(0);
  });

  it('is not asked again after EIO, but after EINVAL, which one bad path can cause', async () => {
    await addReceivers(1);
    for (const [error, isAskedAgain] of [
      [errno.EINVAL, true],
      [errno.EIO, false],
    ] as const) {
      shim.fail({ errno: error, times: 1, onlySegmented: true });
      const before = receivers[0]!.rtp.length;
      await allArrived(before + (await burst(2, () => 1000)));
      const { segmentedMessages } = shim.counters();
      await allArrived(before + 8 + (await burst(2, () => 1000)));
      expect(shim.counters().segmentedMessages > segmentedMessages).toBe(isAskedAgain);
    }
    expectWhole(32);
  });
});

describe('a full send buffer', () => {
  it.each([
    ['EAGAIN', errno.EAGAIN, 0],
    ['EAGAIN in the middle', errno.EAGAIN, 2],
    ['ENOBUFS', errno.ENOBUFS, 0],
  ])('delays the rest without loss or disorder (%s)', async (_name, error, messagesBefore) => {
    await addReceivers(3);
    // The first attempt of ours and the next ones of libuv fail.
    shim.fail({ errno: error, times: 3, messagesBefore });
    let count = await burst(5, (frame) => 300 + frame * 100);
    count += await burst(3, () => 1000);
    await allArrived(count);
    expectWhole(count);
    expect(shim.counters().faults).toBeGreaterThan(0);
    expect(shim.counters().singleSends).toBeGreaterThan(0);
  });

  it('in the middle of a message that is sent one by one loses nothing either', async () => {
    await addReceivers(1);
    shim.fail({ errno: errno.EIO, times: 1, onlySegmented: true });
    await allArrived(await burst(1, () => 1000));
    shim.fail({ errno: errno.EAGAIN, times: 2 });
    const count = 4 + (await burst(5, () => 1000));
    await allArrived(count);
    expectWhole(count);
  });

  it('does not let a socket that stays unwritable take all memory', async (context) => {
    skipIfSanitized(context);
    await addReceivers(1);
    shim.fail({ errno: errno.EAGAIN, times: 1_000_000_000 });
    const memoryBefore = (await bare.worker.getResourceUsage()).ru_maxrss;
    for (let turn = 0; turn < 150; turn += 1) await burst(22, () => 1150);
    // 15 MB were to be sent; 4 MB may wait (ru_maxrss is in KB).
    const memoryAfter = (await bare.worker.getResourceUsage()).ru_maxrss;
    expect(memoryAfter - memoryBefore).toBeLessThan(9_000);
    shim.fail({ errno: 0, times: 0 });
    await until(() => (receivers[0]!.rtp.length > 0 ? undefined : 'nothing comes any more'));
  }, 120_000);
});

it('closes a socket with datagrams in the batch', async () => {
  await addReceivers(3);
  for (let turn = 0; turn < 20; turn += 1) {
    await burst(2, () => 1000);
    const peer = receivers.pop()!;
    peer.close();
    await addReceivers(1);
  }
  expect(bare.death).toBeUndefined();
  await bare.router.dump();
});

it('survives destinations that cannot be reached', async () => {
  await addReceivers(1);
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const unreachable = await bare.router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
  });
  // Loopback cannot reach the world.
  await unreachable.connect({ ip: '192.0.2.1', port: 9 });
  await consume(unreachable, producer, videoParameters({ ssrc: 2000 }));
  const count = await burst(5, () => 1000);
  await allArrived(count);
  expectWhole(count);
  socket.close();
});
