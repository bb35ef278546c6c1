import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BareWorker, consume } from '../../support/rtp/bare-worker.ts';
import { videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { unwrapRtx, type RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { parseVp8 } from '../../support/rtp/vp8-payload.ts';
import { until } from '../../support/until.ts';

const SLOT = 5555;
const SLOT_RTX = 5556;
const slot = videoParameters({ ssrc: SLOT, rtx: SLOT_RTX });

type Camera = {
  readonly peer: PlainPeer;
  readonly source: VideoSource;
  readonly producer: types.Producer;
};

let bare: BareWorker;
let receiver: PlainPeer;
let cameras: Camera[];

beforeEach(async () => {
  bare = await BareWorker.start();
  receiver = await PlainPeer.open(bare.router, { srtp: true });
  cameras = [];
});

afterEach(() => {
  receiver.close();
  for (const { peer } of cameras) peer.close();
  bare.close();
});

/** Each with counters far from the others'. */
async function camera(ssrc: number): Promise<Camera> {
  const peer = await PlainPeer.open(bare.router);
  const producer = await peer.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc, rtx: ssrc + 1 }),
  });
  const source = new VideoSource({
    ssrc,
    sequenceNumber: (ssrc * 7919) & 0xffff,
    timestamp: (ssrc * 2_654_435_761) >>> 0,
    pictureId: ssrc,
  });
  const opened = { peer, source, producer };
  cameras.push(opened);
  return opened;
}

function show(
  { peer, source }: Camera,
  frames: number,
  options: Parameters<VideoSource['frame']>[0] = {},
): void {
  for (let frame = 0; frame < frames; frame += 1)
    for (const packet of source.frame({ keyFrame: frame === 0, ...options })) peer.send(packet);
}

async function arrived(count: number): Promise<void> {
  await until(() =>
    receiver.rtp.length >= count ? undefined : `${receiver.rtp.length} of ${count} came`,
  );
}

function steps(packets: readonly RtpPacket[], field: 'sequenceNumber' | 'timestamp'): number[] {
  const mask = field === 'sequenceNumber' ? 0xffff : 0xffff_ffff;
  return packets
    .slice(1)
    .map((packet, place) => ((packet[field] - (packets[place]?.[field] ?? 0)) & mask) >>> 0);
}

describe('an SSRC whose consumer is replaced', () => {
  it('goes on without a gap or a step back, and every packet decrypts', async () => {
    const [first, second] = [await camera(1001), await camera(2001)];
    let consumer: types.Consumer | undefined;
    for (let turn = 0; turn < 6; turn += 1) {
      const shown = turn % 2 === 0 ? first : second;
      consumer?.close();
      consumer = await consume(receiver.transport, shown.producer, slot);
      show(shown, 4);
      await arrived((turn + 1) * 12);
    }
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
    expect(receiver.rtp).toHaveLength(72);
    expect(new Set(steps(receiver.rtp, 'sequenceNumber'))).toEqual(new Set([1]));
    // A second at most: what passed while the test switched.
    expect(Math.max(...steps(receiver.rtp, 'timestamp'))).toBeLessThan(90_000);
  });

  it('skips a number where the frame before was cut, so that nobody completes it with the next', async () => {
    const [first, second] = [await camera(1001), await camera(2001)];
    const consumer = await consume(receiver.transport, first.producer, slot);
    show(first, 1, { withoutEnd: true });
    await arrived(2);
    consumer.close();
    await consume(receiver.transport, second.producer, slot);
    show(second, 1);
    await arrived(5);
    expect(steps(receiver.rtp, 'sequenceNumber')).toEqual([1, 2, 1, 1]);
  });

  it('decrypts after its sequence number has rolled over', async () => {
    const only = await camera(1001);
    const consumer = await consume(receiver.transport, only.producer, slot);
    show(only, 1);
    for (let jump = 0; jump < 80; jump += 1) {
      only.source.sequenceNumber = (only.source.sequenceNumber + 1000) & 0xffff;
      show(only, 1, { keyFrame: false, packets: 1 });
      await arrived(4 + jump);
    }
    consumer.close();
    await consume(receiver.transport, only.producer, slot);
    show(only, 3);
    await arrived(83 + 9);
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
    expect(new Set(steps(receiver.rtp.slice(82), 'sequenceNumber'))).toEqual(new Set([1]));
  });

  it('never uses a sequence number twice, even if a packet of the new source is late', async () => {
    const [first, second] = [await camera(1001), await camera(2001)];
    const consumer = await consume(receiver.transport, first.producer, slot);
    show(first, 2);
    await arrived(6);
    consumer.close();
    await consume(receiver.transport, second.producer, slot);
    const late = second.source.frame();
    show(second, 1);
    await arrived(9);
    for (const packet of late) second.peer.send(packet);
    show(second, 1, { keyFrame: false });
    await arrived(12);
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
    expect(new Set(steps(receiver.rtp, 'sequenceNumber'))).toEqual(new Set([1]));
  });

  it('goes on after a pause of any length', async () => {
    const only = await camera(1001);
    const consumer = await consume(receiver.transport, only.producer, slot);
    show(only, 1);
    await arrived(3);
    await consumer.pause();
    // Half the range of sequence numbers passes, in steps that the worker takes for one stream.
    for (let jump = 0; jump < 20; jump += 1) {
      only.source.sequenceNumber = (only.source.sequenceNumber + 2000) & 0xffff;
      show(only, 1, { packets: 1 });
      await only.producer.getStats();
    }
    await consumer.resume();
    show(only, 1);
    await arrived(6);
    expect(steps(receiver.rtp, 'sequenceNumber')).toEqual([1, 1, 1, 1, 1]);
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
  });

  it('keeps VP8 picture ids going on through simulcast', async () => {
    const consumers: types.Consumer[] = [];
    const layers = videoParameters({ ssrc: SLOT, rtx: SLOT_RTX, scalabilityMode: 'L2T3' });
    for (const ssrc of [3001, 4001, 6001]) {
      const peer = await PlainPeer.open(bare.router);
      const producer = await peer.transport.produce({
        kind: 'video',
        rtpParameters: videoParameters({
          ssrc,
          higher: [{ ssrc: ssrc + 1 }],
          scalabilityMode: 'L1T3',
        }),
      });
      const source = new VideoSource({ ssrc, pictureId: ssrc });
      cameras.push({ peer, source, producer });
      consumers.at(-1)?.close();
      consumers.push(await consume(receiver.transport, producer, layers));
      const before = receiver.rtp.length;
      // The lowest layer only: it is forwarded as soon as it is the only one alive.
      await until(() => {
        show({ peer, source, producer }, 1, { packets: 1 });
        return receiver.rtp.length >= before + 4 ? undefined : 'nothing is forwarded';
      });
      await consumers.at(-1)?.pause();
    }
    const pictureIds = receiver.rtp.map(({ payload }) => parseVp8(payload).pictureId);
    const first = pictureIds[0] ?? 0;
    expect(pictureIds).toEqual(pictureIds.map((_, place) => first + place));
  });

  it('cannot have two consumers at a time', async () => {
    const [first, second] = [await camera(1001), await camera(2001)];
    await consume(receiver.transport, first.producer, slot);
    await expect(consume(receiver.transport, second.producer, slot)).rejects.toThrow(
      'SSRC 5555 already in use',
    );
    show(first, 1);
    await arrived(3);
  });
});

describe('retransmission across a switch', () => {
  it('repairs losses of both sources and repeats no RTX sequence number', async () => {
    const [first, second] = [await camera(1001), await camera(2001)];
    let lost: number[] = [];
    let counter = 0;
    receiver.lose = ({ ssrc, sequenceNumber }) => {
      counter += 1;
      const isLost = ssrc === SLOT && counter % 3 === 0;
      if (isLost) lost.push(sequenceNumber);
      return isLost;
    };
    let consumer: types.Consumer | undefined;
    const repaired = new Map<number, Buffer>();
    receiver.onRtp = (packet) => {
      if (packet.ssrc !== SLOT_RTX) return;
      const { sequenceNumber, payload } = unwrapRtx(packet);
      repaired.set(sequenceNumber, payload);
    };
    const allLost: number[] = [];
    for (const shown of [first, second, first, second]) {
      consumer?.close();
      consumer = await consume(receiver.transport, shown.producer, slot);
      lost = [];
      show(shown, 3);
      await until(() => (lost.length >= 3 ? undefined : 'too little was lost yet'));
      receiver.sendRtcp(buildNack(1, SLOT, lost));
      allLost.push(...lost);
      await until(() =>
        allLost.every((number) => repaired.has(number)) ? undefined : 'not all was repaired',
      );
    }
    expect(receiver.received).toMatchObject({ rejected: 0, repeated: 0 });
    const rtx = receiver.rtpOf(SLOT_RTX);
    expect(new Set(steps(rtx, 'sequenceNumber'))).toEqual(new Set([1]));
  });
});
