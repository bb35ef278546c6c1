import { beforeEach, describe, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { type BareWorker, consume } from '../../support/rtp/bare-worker.ts';
import {
  audioParameters,
  extensionId,
  payloadType,
  videoParameters,
} from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const { audioLevel, absSendTime, transportCc, mid, dependencyDescriptor } = extensionId;
const level = new Map([[audioLevel, Buffer.from([0x9e])]]);

let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;

beforeEach(async () => {
  ({ bare, sender, receiver } = await openBarePair());
});

async function arrived(peer: PlainPeer, count: number): Promise<void> {
  await until(() => (peer.rtp.length >= count ? undefined : `${peer.rtp.length} of ${count} came`));
}

function audioPacket(sequenceNumber: number) {
  return {
    payloadType: payloadType.opus,
    sequenceNumber,
    timestamp: sequenceNumber * 960,
    ssrc: 1111,
    marker: false,
    extensions: level,
    payload: Buffer.from('not really opus'),
  };
}

describe('header extensions of audio', () => {
  async function produce() {
    return sender.transport.produce({
      kind: 'audio',
      rtpParameters: audioParameters({ ssrc: 1111, extensions: ['audioLevel'] }),
    });
  }

  it('keep the ids that were negotiated', async () => {
    const producer = await produce();
    const parameters = audioParameters({ ssrc: 2222, extensions: ['audioLevel'] });
    await consume(receiver.transport, producer, parameters);
    sender.send(audioPacket(1));
    await arrived(receiver, 1);
    expect(receiver.rtp[0]?.extensions).toEqual(level);
  });

  it('stay away from a receiver that negotiated none, without a trace of them', async () => {
    const other = await PlainPeer.open(bare.router);
    const producer = await produce();
    await consume(receiver.transport, producer, audioParameters({ ssrc: 2222 }));
    const parameters = audioParameters({ ssrc: 3333, extensions: ['audioLevel'] });
    await consume(other.transport, producer, parameters);
    sender.send(audioPacket(1));
    await Promise.all([arrived(receiver, 1), arrived(other, 1)]);
    expect(receiver.rtp[0]?.extensions.size).toBe(0);
    expect(receiver.rtpBytes[0]?.includes(0x9e)).toBe(false);
    expect(other.rtp[0]?.extensions).toEqual(level);
    expect(receiver.rtp[0]?.payload).toEqual(other.rtp[0]?.payload);
    other.close();
  });

  it('leave no room for a MID in packets that have none', async () => {
    const producer = await produce();
    await consume(
      receiver.transport,
      producer,
      audioParameters({ ssrc: 2222, extensions: ['audioLevel'] }),
    );
    const packet = audioPacket(1);
    sender.send(packet);
    await arrived(receiver, 1);
    // Fixed header, header extension with one element of two bytes, payload.
    expect(receiver.rtpBytes[0]).toHaveLength(12 + 8 + packet.payload.length);
  });

  it('get the MID of their receiver, also if they had no header extension', async () => {
    const other = await PlainPeer.open(bare.router);
    const producer = await sender.transport.produce({
      kind: 'audio',
      rtpParameters: audioParameters({ ssrc: 1111 }),
    });
    const withMid = audioParameters({ ssrc: 2222, mid: 'a7', extensions: ['mid'] });
    await consume(receiver.transport, producer, withMid);
    await consume(other.transport, producer, audioParameters({ ssrc: 3333, mid: 'a8' }));
    sender.send(audioPacket(1));
    sender.send(audioPacket(2));
    await Promise.all([arrived(receiver, 2), arrived(other, 2)]);
    for (const packet of receiver.rtp) {
      expect(packet.extensions).toEqual(new Map([[mid, Buffer.from('a7')]]));
      expect(packet.payload.toString()).toBe('not really opus');
    }
    expect(other.rtp.every(({ extensions }) => extensions.size === 0)).toBe(true);
    expect(other.rtpBytes[0]).toHaveLength(12 + 'not really opus'.length);
    other.close();
  });
});

describe('header extensions of video', () => {
  const sent = ['absSendTime', 'transportCc', 'dependencyDescriptor'] as const;

  it('carry abs-send-time only to receivers without transport-cc', async () => {
    const other = await PlainPeer.open(bare.router);
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({ ssrc: 1000, extensions: sent }),
    });
    const modern = videoParameters({ ssrc: 2000, extensions: ['transportCc'] });
    const old = videoParameters({ ssrc: 3000, extensions: ['absSendTime'] });
    await consume(receiver.transport, producer, modern);
    await consume(other.transport, producer, old);
    for (const packet of new VideoSource({ ssrc: 1000 }).frame({ keyFrame: true }))
      sender.send(packet);
    await Promise.all([arrived(receiver, 3), arrived(other, 3)]);
    expect([...receiver.rtp[0]!.extensions.keys()]).toEqual([transportCc]);
    expect([...other.rtp[0]!.extensions.keys()]).toEqual([absSendTime]);
    expect(receiver.rtp.map(({ payload }) => payload)).toEqual(other.rtp.map((p) => p.payload));
    other.close();
  });

  it('have a dependency descriptor with AV1, but with no other codec', async () => {
    const descriptor = new Map([[dependencyDescriptor, Buffer.from([0xc0, 0x12, 0x34])]]);
    for (const [place, codec] of (['VP8', 'AV1'] as const).entries()) {
      const ssrc = 1000 + place;
      const producer = await sender.transport.produce({
        kind: 'video',
        rtpParameters: videoParameters({ ssrc, codec, extensions: ['dependencyDescriptor'] }),
      });
      const parameters = videoParameters({
        ssrc: ssrc + 1000,
        codec,
        extensions: ['dependencyDescriptor'],
      });
      await consume(receiver.transport, producer, parameters);
      const source = new VideoSource({ ssrc, codec });
      for (const packet of source.frame({ keyFrame: true, packets: 1, extensions: descriptor }))
        sender.send(packet);
    }
    await arrived(receiver, 2);
    expect(receiver.rtpOf(2000)[0]?.extensions.size).toBe(0);
    expect(receiver.rtpOf(2001)[0]?.extensions.has(dependencyDescriptor)).toBe(true);
  });

  it('have the MID in media and in retransmissions', async () => {
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({ ssrc: 1000, rtx: 1001, extensions: ['transportCc'] }),
    });
    const parameters = videoParameters({
      ssrc: 2000,
      rtx: 2001,
      mid: 'v3',
      extensions: ['transportCc', 'mid'],
    });
    await consume(receiver.transport, producer, parameters);
    for (const packet of new VideoSource({ ssrc: 1000 }).frame({ keyFrame: true }))
      sender.send(packet);
    await arrived(receiver, 3);
    const lost = receiver.rtp[1]!;
    receiver.sendRtcp(buildNack(1, 2000, [lost.sequenceNumber]));
    await arrived(receiver, 4);
    const repeated = receiver.rtpOf(2001)[0]!;
    for (const packet of [...receiver.rtpOf(2000), repeated])
      expect(packet.extensions.get(mid)?.toString()).toBe('v3');
    expect(unwrapRtx(repeated)).toEqual({
      sequenceNumber: lost.sequenceNumber,
      payload: lost.payload,
    });
  });

  it('refuse a MID that no extension can hold', async () => {
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({ ssrc: 1000 }),
    });
    const parameters = videoParameters({ ssrc: 2000, mid: 'x'.repeat(17), extensions: ['mid'] });
    await expect(consume(receiver.transport, producer, parameters)).rejects.toThrow(/mid/);
  });
});
