import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, expect, it } from 'vitest';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const MERGED_MS = 1000;

let sender: PlainPeer;
let receiver: PlainPeer;

beforeEach(async () => {
  ({ sender, receiver } = await openBarePair());
});

const requests = () => sender.rtcp.filter(({ type }) => type === 'pli').length;

it('that came before a key frame are answered by it, later ones are not', async () => {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000 }),
    keyFrameRequestDelay: MERGED_MS,
  });
  const source = new VideoSource({ ssrc: 1000 });
  const send = (keyFrame: boolean) => {
    for (const packet of source.frame({ keyFrame })) sender.send(packet);
  };
  send(true);
  await until(async () => ((await producer.getStats()).length > 0 ? undefined : 'nothing came'));
  const consumer = await consume(receiver.transport, producer, videoParameters({ ssrc: 2000 }));
  await until(() => (requests() > 0 ? undefined : 'no key frame is asked for'));
  // Who begins to receive asks, too.
  receiver.sendRtcp(buildPli(1, 2000));
  await until(async () => {
    const [stats] = await consumer.getStats();
    return stats?.pliCount === 1 ? undefined : 'the receiver is not heard';
  });
  send(true);
  await until(() => (receiver.rtpOf(2000).length > 0 ? undefined : 'no key frame came'));
  await delay(1.5 * MERGED_MS);
  expect(requests()).toBe(1);
  receiver.sendRtcp(buildPli(1, 2000));
  await until(() => (requests() > 1 ? undefined : 'the request is not passed on'));
});
