import { beforeEach, describe, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { audioParameters, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

let receiver: PlainPeer;
let sender: PlainPeer;

beforeEach(async () => {
  ({ sender, receiver } = await openBarePair({ srtp: true }));
});

describe('received SSRCs of a transport', () => {
  it('are 500 at most, RTX included, and closing a producer frees none', async () => {
    for (let pair = 0; pair < 250; pair += 1) {
      const producer = await sender.transport.produce({
        kind: 'video',
        rtpParameters: videoParameters({ ssrc: 1000 + 2 * pair, rtx: 1001 + 2 * pair }),
      });
      if (pair % 2 === 0) producer.close();
    }
    const oneMore = { kind: 'audio', rtpParameters: audioParameters({ ssrc: 9000 }) } as const;
    await expect(sender.transport.produce(oneMore)).rejects.toThrow('too many SSRCs received');
    // One of those known is still welcome.
    const known = videoParameters({ ssrc: 1000, rtx: 1001 });
    await sender.transport.produce({ kind: 'video', rtpParameters: known });
  });
});

describe('sent SSRCs of a transport', () => {
  it('are 2,000 at most, and closing a consumer frees none', async () => {
    const producer = await sender.transport.produce({
      kind: 'audio',
      rtpParameters: audioParameters({ ssrc: 1 }),
    });
    for (let count = 0; count < 2000; count += 1) {
      const parameters = audioParameters({ ssrc: 10_000 + count });
      (await consume(receiver.transport, producer, parameters)).close();
    }
    await expect(
      consume(receiver.transport, producer, audioParameters({ ssrc: 99_000 })),
    ).rejects.toThrow('too many SSRCs sent');
    await consume(receiver.transport, producer, audioParameters({ ssrc: 10_000 }));
  });
});

describe('SSRCs that nobody announced', () => {
  it('cannot make an authenticated peer use up memory, nor harm those announced', async () => {
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: videoParameters({ ssrc: 1000 }),
    });
    await consume(receiver.transport, producer, videoParameters({ ssrc: 2000 }));
    const source = new VideoSource({ ssrc: 1000 });
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await until(() => (receiver.rtp.length === 3 ? undefined : 'no video'));
    const pliCount = async () =>
      (await producer.getStats()).reduce((sum, stats) => sum + stats.pliCount, 0);
    const before = await pliCount();
    // A sender of RTCP may say it is anybody. Each is one more SRTP stream in the worker.
    for (let ssrc = 0; ssrc < 1500; ssrc += 1) {
      receiver.sendRtcp(buildPli(100_000 + ssrc, 2222));
      if (ssrc % 50 === 0) await receiver.transport.getStats();
    }
    // Past the limit a stranger is not heard, the first ones still are. A keyframe request repeats after a second at most.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    receiver.sendRtcp(buildPli(101_499, 2000));
    await receiver.transport.getStats();
    expect(await pliCount()).toBe(before);
    receiver.sendRtcp(buildPli(100_000, 2000));
    await until(async () => ((await pliCount()) > before ? undefined : 'no keyframe request'));
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await until(() => (receiver.rtp.length === 6 ? undefined : 'no video'));
  });
});
