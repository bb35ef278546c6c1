import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import { payloadType, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const SSRC = 7001;

let bare: BareWorker;
let sender: PlainPeer;

beforeEach(async () => {
  bare = await BareWorker.start();
  sender = await PlainPeer.open(bare.router, { srtp: true });
});

afterEach(() => {
  sender.close();
  bare.close();
});

async function produce(codec: 'VP8' | 'AV1') {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: SSRC, codec }),
  });
  const notices: { readonly ssrc: number; readonly payloadType: number }[] = [];
  producer.on('trace', ({ type, info }) => {
    const { rtpPacket } = info as { rtpPacket: { ssrc: number; payloadType: number } };
    if (type === 'rtp') notices.push({ ssrc: rtpPacket.ssrc, payloadType: rtpPacket.payloadType });
  });
  return { producer, notices };
}

function send(source: VideoSource, codec: 'VP8' | 'AV1', frames: number): void {
  for (let frame = 0; frame < frames; frame += 1)
    for (const packet of source.frame({ keyFrame: frame === 0 })) {
      const type = codec === 'VP8' ? payloadType.vp8 : payloadType.av1;
      sender.send({ ...packet, payloadType: type });
    }
}

async function packetCount(producer: types.Producer): Promise<number> {
  const stats = await producer.getStats();
  return stats.reduce((sum, { packetCount: count }) => sum + count, 0);
}

it('tells once that a sender changed its codec, and keeps those packets out of the stream', async () => {
  const { producer, notices } = await produce('VP8');
  const source = new VideoSource({ ssrc: SSRC });
  send(source, 'VP8', 2);
  await until(async () => ((await packetCount(producer)) === 6 ? undefined : 'VP8 is missing'));
  expect(notices).toEqual([]);
  send(source, 'AV1', 10);
  await until(() => (notices.length > 0 ? undefined : 'nothing was told'));
  expect(notices).toEqual([{ ssrc: SSRC, payloadType: payloadType.av1 }]);
  send(source, 'VP8', 1);
  await until(async () => ((await packetCount(producer)) === 9 ? undefined : 'VP8 is missing'));
  expect(notices).toHaveLength(1);
});

it('tells it before any packet of the declared codec came', async () => {
  const { notices } = await produce('VP8');
  send(new VideoSource({ ssrc: SSRC }), 'AV1', 1);
  await until(() => (notices.length > 0 ? undefined : 'nothing was told'));
  expect(notices).toEqual([{ ssrc: SSRC, payloadType: payloadType.av1 }]);
});

it('is not kept busy by a sender that changes with every packet', async () => {
  const { producer, notices } = await produce('VP8');
  const source = new VideoSource({ ssrc: SSRC });
  for (let turn = 0; turn < 100; turn += 1) {
    send(source, 'AV1', 1);
    send(source, 'VP8', 1);
    // Not faster than the socket takes it.
    await producer.getStats();
  }
  await until(async () => ((await packetCount(producer)) === 300 ? undefined : 'VP8 is missing'));
  // Five a second, and a slow machine may take seconds.
  expect(notices.length).toBeGreaterThan(0);
  expect(notices.length).toBeLessThan(20);
});

it('loses nothing when the producer is rebuilt, even after a rollover of the sequence number', async () => {
  const { producer, notices } = await produce('VP8');
  const source = new VideoSource({ ssrc: SSRC, sequenceNumber: 65_000 });
  send(source, 'VP8', 1);
  for (let jump = 0; jump < 40; jump += 1) {
    source.sequenceNumber = (source.sequenceNumber + 2000) & 0xffff;
    send(source, 'VP8', 1);
  }
  await until(async () => ((await packetCount(producer)) >= 123 ? undefined : 'VP8 is missing'));
  send(source, 'AV1', 1);
  await until(() => (notices.length > 0 ? undefined : 'nothing was told'));
  producer.close();
  // These arrive while there is no producer, or just before.
  send(source, 'AV1', 1);
  const rebuilt = await produce('AV1');
  send(source, 'AV1', 10);
  await until(async () =>
    (await packetCount(rebuilt.producer)) >= 30 ? undefined : 'AV1 is missing',
  );
});
