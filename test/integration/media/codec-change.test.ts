// A camera that goes from codec to codec on the SSRCs it has, and what that costs who sees it.
import { expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { beginsKeyFrame, codecPayloadType } from '../../support/client/coded-frames.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import { DecidedCall } from './decided-call.ts';
import { camera, startPlane } from './media-fixture.ts';

const alice = endpointId('alice');
const bob = endpointId('bob');
const video = camera(alice, 3001);

it('costs one wait for a key frame, and says so', async () => {
  const call = new DecidedCall(await startPlane());
  const sender = await call.join(alice, [video]);
  const client = await call.join(bob, []);
  call.wantVideo(bob, 720);
  const flow = new VideoFlow({ client: sender, encodings: video.encodings });
  atTheEnd(() => flow.stop());
  const received = () => client.packetsOf(call.receiver(bob).plan.streams[0]?.ssrc ?? 0);
  const settled = (codec: string, height: number) =>
    until(() => {
      const [now] = call.receiver(bob).deliveriesNow(performance.now());
      if (now?.sentHeight === height && now.limitedBy !== 'keyframe') return undefined;
      return `of ${codec} ${now?.sentHeight} pixels are sent: ${now?.limitedBy}`;
    }, 30_000);
  await settled('VP8', 720);

  // AV1 comes in one layer here, the others in three.
  const heights = [
    ['VP9', 720],
    ['H264', 720],
    ['AV1', 180],
    ['VP8', 720],
  ] as const;
  for (const [codec, height] of heights) {
    const payloadType = codecPayloadType[codec];
    const [place, freezes] = [received().length, call.totals.videoFreezes];
    const changes = call.receiver(bob).deliveries.history.length;
    let asked = flow.keyFrameRequests.map(() => 0);
    const before = [...flow.keyFrameRequests];
    client.onRtp = (packet) => {
      if (packet.payloadType !== payloadType) return;
      asked = flow.keyFrameRequests.map((requests, encoding) => requests - before[encoding]!);
      client.onRtp = () => undefined;
    };
    flow.setPayloadType(payloadType);
    await until(() =>
      received().at(-1)?.payloadType === payloadType ? undefined : `no ${codec} comes`,
    );
    await settled(codec, height);

    const since = received().slice(place);
    const first = since.findIndex((packet) => packet.payloadType === payloadType);
    expect(beginsKeyFrame(since[first]!)).toBe(true);
    expect(since.slice(first).every((packet) => packet.payloadType === payloadType)).toBe(true);
    // The picture stands still once, for one request, and every other one is for a better layer.
    expect(call.totals.videoFreezes).toBe(freezes + 1);
    expect(Math.max(...asked)).toBeLessThanOrEqual(1);
    const said = call.receiver(bob).deliveries.history.slice(changes);
    expect(said[0]).toMatchObject({ limitedBy: 'codec-change', sentHeight: undefined });
  }
}, 150_000);
