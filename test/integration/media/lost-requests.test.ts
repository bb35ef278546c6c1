// Requests for key frames that are lost on the way to the sender: whoever waits for one must come to it nevertheless.
import { beforeEach, expect, it } from 'vitest';
import type { LayerIndex } from '../../../src/model/layer.ts';
import type { Source } from '../../../src/model/source.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { codecPayloadType } from '../../support/client/coded-frames.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import {
  camera,
  forwarded,
  notMuted,
  openConference,
  startPlane,
  type Participant,
  type TestConference,
} from './media-fixture.ts';

/** The worker asks at once and a second later, whoever waits; only who waits on asks more often. */
const LOST = 4;
const LOWEST = { encoding: 0, spatial: 0, temporal: 2 };

let conference: TestConference;
let alice: Participant;
let bob: Participant;
let source: Source;

beforeEach(async () => {
  conference = await openConference(await startPlane());
  alice = await conference.join('alice');
  bob = await conference.join('bob');
  source = camera(alice.id, 3001);
  alice.endpoint.setReception({ sources: [source], muted: notMuted });
});

async function send(codec: keyof typeof codecPayloadType): Promise<VideoFlow> {
  const { encodings } = source;
  const payloadType = codecPayloadType[codec];
  const flow = new VideoFlow({ client: alice.client, encodings, payloadType });
  atTheEnd(() => flow.stop());
  await until(() => {
    const layers = conference.eventsOf('layers').at(-1)?.layers ?? [];
    return layers.length > 0 ? undefined : 'nothing arrives';
  });
  return flow;
}

function want(layer: LayerIndex): void {
  bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, { layer })], idealBps: 0 });
}

async function arrives({ encoding, spatial }: LayerIndex): Promise<void> {
  await until(() => {
    const last = conference.eventsOf('forwarding').at(-1)?.layer;
    return last?.encoding === encoding && last.spatial === spatial
      ? undefined
      : `${JSON.stringify(last)} is sent`;
  });
}

async function lose(flow: VideoFlow, place: number, count: number): Promise<void> {
  const { keyFrameRequests } = flow;
  const before = keyFrameRequests[place] ?? 0;
  await until(() => {
    const lost = (keyFrameRequests[place] ?? 0) - before;
    return lost >= count ? undefined : `${lost} requests were made`;
  }, 30_000);
}

it.each(['VP8', 'H264', 'VP9'] as const)(
  'of %s are made anew for who sees nothing yet',
  async (codec) => {
    const flow = await send(codec);
    flow.deaf = true;
    want(LOWEST);
    await lose(flow, 0, LOST);
    expect(bob.client.packetsOf(3001)).toEqual([]);
    flow.deaf = false;
    await arrives(LOWEST);
  },
);

it.each([
  ['VP8', { encoding: 2, spatial: 0, temporal: 2 }],
  ['VP9', { encoding: 0, spatial: 2, temporal: 2 }],
] as const)('of %s are made anew for who waits for a better layer', async (codec, best) => {
  const flow = await send(codec);
  want(LOWEST);
  await arrives(LOWEST);
  flow.deaf = true;
  want(best);
  await lose(flow, best.encoding, LOST);
  flow.deaf = false;
  await arrives(best);
  // Who has what it waited for asks no more.
  const asked = flow.keyFrameRequests[best.encoding]!;
  const received = bob.client.packetsOf(3001).length;
  await until(() =>
    bob.client.packetsOf(3001).length > received + 150 ? undefined : 'the flow has stopped',
  );
  expect(flow.keyFrameRequests[best.encoding]! - asked).toBeLessThanOrEqual(1);
});
