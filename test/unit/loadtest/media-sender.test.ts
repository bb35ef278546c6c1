import { expect, it } from 'vitest';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import { ssrcsOf } from '../../../loadtest/client/client-sources.ts';
import { MediaSender } from '../../../loadtest/client/media-sender.ts';
import { perfectNetwork } from '../../../loadtest/media/link.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { Pacer } from '../../../loadtest/media/pacer.ts';
import type { VideoCodec } from '../../../loadtest/media/trace.ts';
import { isRtcp, parseRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import { loadTrace } from '../../../loadtest/traces/load-trace.ts';
import { FakeTime } from '../../support/fake-time.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { client } from './synthetic-client.ts';

/** What a camera sends in ten seconds when the bridge wants all of it. */
function sentBy(codec: VideoCodec, capBps: number) {
  const time = new FakeTime();
  const totals = new Measurements();
  const ssrcs = new Set<number>();
  let bytes = 0;
  const sender = new MediaSender({
    spec: client(1, {
      video: codec,
      network: { up: { ...perfectNetwork, capBps }, down: perfectNetwork },
    }),
    media: offeredMedia,
    trace: loadTrace(codec),
    sentBefore: [],
    totals,
    pacer: new Pacer(time, time, totals),
    random: seededRandom(),
    clock: time,
    send: (packet) => {
      if (isRtcp(packet)) return;
      ssrcs.add(parseRtp(packet).ssrc);
      bytes += packet.length;
    },
  });
  sender.setMaxHeight(-1);
  time.advance(10_000);
  sender.stop();
  const encodings = ssrcsOf(1).video.filter(({ ssrc }) => ssrcs.has(ssrc)).length;
  return { encodings, bps: (bytes * 8) / 10 };
}

it('sends the layers that its own upward link carries, at least the lowest', () => {
  expect(sentBy('VP8', 0).encodings).toBe(3);
  expect(sentBy('VP8', 1_500_000).encodings).toBe(2);
  expect(sentBy('VP8', 100_000).encodings).toBe(1);
  for (const codec of ['VP9', 'AV1'] as const) {
    const capped = sentBy(codec, 1_000_000).bps;
    expect(capped).toBeGreaterThan(300_000);
    expect(capped).toBeLessThan(800_000);
  }
});
