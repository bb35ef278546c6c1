import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { types } from 'mediasoup';
import { BareWorker, consume } from '../../support/rtp/bare-worker.ts';
import {
  audioParameters,
  payloadType,
  videoParameters,
} from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { SocketShim } from '../../support/rtp/socket-shim.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

let shim: SocketShim;
let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;

beforeEach(async () => {
  shim = new SocketShim();
  bare = await BareWorker.start(shim.environment);
  sender = await PlainPeer.open(bare.router);
  receiver = await PlainPeer.open(bare.router, { srtp: true });
});

afterEach(() => {
  sender.close();
  receiver.close();
  bare.close();
  shim.close();
});

async function video(): Promise<types.Producer> {
  return sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000 }),
  });
}

async function arrived(count: number): Promise<void> {
  await until(() =>
    receiver.rtp.length >= count ? undefined : `${receiver.rtp.length} of ${count} came`,
  );
}

describe('video packets', () => {
  it('are padded to equal sizes, with zeros, and their payload stays what it was', async () => {
    await consume(receiver.transport, await video(), videoParameters({ ssrc: 2000 }));
    const sizes = [1024, 1025, 1030, 1039, 401, 399, 100, 1330];
    const source = new VideoSource({ ssrc: 1000 });
    // What was in the worker's receive buffer before must not come out as padding.
    const secret = { payloadType: 77, ssrc: 77, sequenceNumber: 1, timestamp: 1, marker: false };
    sender.send({ ...secret, payload: Buffer.alloc(1400, 0xee) });
    const sent = sizes.flatMap((payloadBytes, place) =>
      source.frame({ keyFrame: place === 0, packets: 1, payloadBytes }),
    );
    for (const packet of sent) sender.send(packet);
    await arrived(sizes.length);
    expect(receiver.rtp.map(({ payload }) => payload)).toEqual(sent.map((p) => p.payload));
    for (const bytes of receiver.rtpBytes) {
      const isPadded = (bytes.readUInt8(0) & 0x20) !== 0;
      const padding = isPadded ? bytes.readUInt8(bytes.length - 1) : 0;
      const length = bytes.length - padding;
      if (length - 12 >= 400 && length <= 1350) expect(bytes.length % 16).toBe(0);
      else expect(isPadded).toBe(false);
      expect(padding).toBeLessThan(16);
      const zeros = bytes.subarray(bytes.length - padding, bytes.length - 1);
      expect(zeros.every((byte) => byte === 0)).toBe(true);
    }
  });

  it('that come together are received together', async () => {
    await consume(receiver.transport, await video(), videoParameters({ ssrc: 2000 }));
    process.kill(bare.worker.pid, 'SIGSTOP');
    const source = new VideoSource({ ssrc: 1000 });
    for (let frame = 0; frame < 10; frame += 1)
      for (const packet of source.frame({ keyFrame: frame === 0, packets: 4 })) sender.send(packet);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(bare.worker.pid, 'SIGCONT');
    await arrived(40);
    expect(shim.counters().largestReceiveBatch).toBeGreaterThan(10);
  });

  it('are never protected twice with one nonce, even if a receiver without RTX wants them again', async () => {
    await consume(receiver.transport, await video(), {
      ...videoParameters({ ssrc: 2000, extensions: ['transportCc'] }),
    });
    const source = new VideoSource({ ssrc: 1000 });
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await arrived(3);
    receiver.sendRtcp(buildNack(1, 2000, [receiver.rtp[1]!.sequenceNumber]));
    for (const packet of source.frame()) sender.send(packet);
    await arrived(6);
    expect(receiver.rtp).toHaveLength(6);
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
  });
});

it('audio packets are not padded', async () => {
  const producer = await sender.transport.produce({
    kind: 'audio',
    rtpParameters: audioParameters({ ssrc: 1000 }),
  });
  await consume(receiver.transport, producer, audioParameters({ ssrc: 2000 }));
  const packet = { payloadType: payloadType.opus, ssrc: 1000, marker: false, timestamp: 960 };
  sender.send({ ...packet, sequenceNumber: 1, payload: Buffer.alloc(501, 1) });
  await arrived(1);
  expect(receiver.rtpBytes[0]).toHaveLength(12 + 501);
});

it('datagrams as large as UDP takes do no harm', async () => {
  await consume(receiver.transport, await video(), videoParameters({ ssrc: 2000 }));
  const source = new VideoSource({ ssrc: 1000 });
  for (const payloadBytes of [65_000, 65_400, 65_450])
    for (const packet of source.frame({ keyFrame: true, packets: 1, payloadBytes }))
      sender.send(packet);
  for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
  await until(() => (receiver.rtpOf(2000).length >= 3 ? undefined : 'no video'));
  expect(bare.death).toBeUndefined();
});
