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

/** A receiver that may ask for so many in so many ms. */
function limited(maxRequests: number, windowMs: number) {
  const parameters = videoParameters({ ssrc: 2000 });
  Object.assign(parameters.codecs[0]!.parameters!, {
    'x-keyframe-max-requests': maxRequests,
    'x-keyframe-window': windowMs,
  });
  return parameters;
}

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
  const parameters = limited(1, 60_000);

  const begins = async () => {
    const asked = requests();
    const consumer = await consume(receiver.transport, producer, parameters);
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

it('for streams of one receiver that begin again and again are few, and the last one is not forgotten', async () => {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000 }),
    keyFrameRequestDelay: 1,
  });
  const source = new VideoSource({ ssrc: 1000 });
  const send = (keyFrame: boolean) => {
    for (const packet of source.frame({ keyFrame })) sender.send(packet);
  };
  send(true);
  await until(async () => ((await producer.getStats()).length > 0 ? undefined : 'nothing came'));
  const [meanMs, atOnce] = [1000, 6];
  const parameters = limited(2, 2 * meanMs);
  const received = () => receiver.rtpOf(2000).length;
  const began = performance.now();
  for (let round = 0; round < 30; round += 1) {
    const consumer = await consume(receiver.transport, producer, parameters);
    const before = received();
    send(true);
    await until(() => (received() > before ? undefined : 'nothing is sent'));
    consumer.close();
  }
  const counted = () => atOnce + (performance.now() - began) / meanMs;
  expect(requests()).toBeGreaterThanOrEqual(atOnce);
  expect(requests()).toBeLessThanOrEqual(counted());

  await consume(receiver.transport, producer, parameters);
  const before = requests();
  await until(() => {
    if (requests() > before) return undefined;
    send(false);
    return 'no key frame is asked for';
  });
  expect(requests()).toBeLessThanOrEqual(counted());
});
