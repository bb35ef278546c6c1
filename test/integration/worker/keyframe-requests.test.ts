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

it('of a receiver are counted on when its stream begins anew', async () => {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000 }),
  });
  const source = new VideoSource({ ssrc: 1000 });
  const send = () => {
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
  };
  const answer = async () => {
    const received = receiver.rtpOf(2000).length;
    send();
    await until(() => (receiver.rtpOf(2000).length > received ? undefined : 'nothing is sent'));
  };
  send();
  await until(async () => ((await producer.getStats()).length > 0 ? undefined : 'nothing came'));
  const oneAMinute = { 'x-keyframe-max-requests': 1, 'x-keyframe-window': 60_000 };
  const parameters = videoParameters({ ssrc: 2000 });
  const [media, ...others] = parameters.codecs;
  Object.assign(media!.parameters!, oneAMinute);

  const begins = async () => {
    const asked = requests();
    const consumer = await consume(receiver.transport, producer, {
      ...parameters,
      codecs: [media!, ...others],
    });
    await until(() => (requests() > asked ? undefined : 'no key frame is asked for'));
    await answer();
    return consumer;
  };
  const first = await begins();
  const asked = requests();
  receiver.sendRtcp(buildPli(1, 2000));
  await until(() => (requests() > asked ? undefined : 'the request is not passed on'));
  await answer();
  first.close();

  const second = await begins();
  const askedAgain = requests();
  receiver.sendRtcp(buildPli(1, 2000));
  await until(async () => {
    const [stats] = await second.getStats();
    return stats?.pliCount === 1 ? undefined : 'the receiver is not heard';
  });
  await delay(MERGED_MS);
  expect(requests()).toBe(askedAgain);
});
