// What `/debug` says keeps somebody from being seen, or seen better (docs/why.md), where it really is so: compiled bridge, real media.
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { type Member, type Message, RestCall } from '../../support/bridge/rest-call.ts';
import { codecPayloadType } from '../../support/client/coded-frames.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';

type Delivery = {
  readonly source: string;
  readonly limitedBy: string;
  readonly why: string;
  readonly wantedMaxHeight: number;
  readonly target?: { readonly height: number };
  readonly sentHeight?: number;
};
type Change = Pick<Delivery, 'source' | 'limitedBy' | 'sentHeight'>;
type Shown = { readonly receivesVideo: readonly Delivery[]; readonly history: readonly Change[] };

const camera = 'bbbbbbbb-v0';

let bridge: BridgeProcess;
let call: RestCall;
/** Ada looks at Bob. */
let ada: Member;
let bob: Member;
let flow: VideoFlow;

beforeAll(async () => {
  bridge = await BridgeProcess.start({
    config: 'videobridge.cc.assumed-bandwidth-limit = 10 mbps',
  });
  call = new RestCall(bridge);
  ada = await call.join('aaaaaaaa', { carrier: 'websocket' });
  bob = await call.join('bbbbbbbb', { carrier: 'websocket', camera: 3001 });
  flow = new VideoFlow({ client: bob.client, encodings: bob.encodings });
});
afterAll(async () => {
  flow.stop();
  call.close();
  await bridge.stop();
});

async function shown(): Promise<Shown> {
  const conference = (await call.inspect()) as { readonly endpoints: Record<string, Shown> };
  return conference.endpoints[ada.id]!;
}

async function delivery(): Promise<Delivery> {
  return (await shown()).receivesVideo.find(({ source }) => source === camera)!;
}

/** Until it says this, and this is what is sent. */
const says = (limitedBy: string, sentHeight: number | undefined) =>
  until(async () => {
    const now = await delivery();
    const isSo = now.limitedBy === limitedBy && now.sentHeight === sentHeight;
    return isSo ? undefined : `it says ${now.limitedBy}: ${now.why}; ${now.sentHeight} are sent`;
  }, 30_000);

const wants = (wish: Message) => ada.say({ colibriClass: 'ReceiverVideoConstraints', ...wish });
const wantsHeight = (maxHeight: number) => wants({ defaultConstraints: { maxHeight } });
const switchTo = (videoType: string) =>
  bob.say({ colibriClass: 'SourceVideoTypeMessage', sourceName: camera, videoType });

/** Everything is as it could be. */
beforeEach(async () => {
  flow.deaf = false;
  flow.setActive([0, 1, 2]);
  flow.setPayloadType(codecPayloadType.VP8);
  switchTo('camera');
  wants({ lastN: -1, defaultConstraints: { maxHeight: 720 }, assumedBandwidthBps: 10_000_000 });
  await says('none', 720);
});

it.each<[string, () => unknown, number | undefined, RegExp]>([
  ['constraint', () => wantsHeight(180), 180, /the receiver wants no more than 180 px/],
  ['constraint', () => wantsHeight(0), undefined, /the receiver does not want it/],
  ['last-n', () => wants({ lastN: 0 }), undefined, /last-n is 0, set by receiver/],
  [
    'bandwidth',
    // Enough for 180 pixels, if not at every rate, and not for 360, however slowly the sender is run.
    () => wants({ assumedBandwidthBps: 60_000 }),
    180,
    /the link carries 60 kbit\/s \(assumed\); 720 px at \S+ would take/,
  ],
  [
    'bandwidth',
    () => wants({ assumedBandwidthBps: 1000 }),
    undefined,
    /not even the lowest layer fits/,
  ],
  ['sender-off', () => switchTo('none'), undefined, /its owner turned it off/],
  [
    'sender-silent',
    () => flow.setActive([]),
    undefined,
    /nothing of it arrives; it is asked for 720 px/,
  ],
  [
    'sender-low',
    () => flow.setActive([0, 1]),
    360,
    /its owner sends 360 px at \S+ at best; it is asked for 720 px/,
  ],
  [
    'keyframe',
    async () => {
      wantsHeight(180);
      await says('constraint', 180);
      flow.deaf = true;
      wantsHeight(720);
    },
    180,
    /a key frame of 720 px at \S+ is awaited; 180 px leave until then/,
  ],
  [
    'codec-change',
    () => {
      flow.deaf = true;
      flow.setPayloadType(codecPayloadType.H264);
    },
    undefined,
    /its sender changed the codec: a key frame is awaited/,
  ],
])('%s is what it says, then and in its history', async (limitedBy, happens, sent, why) => {
  await happens();
  await says(limitedBy, sent);
  expect((await delivery()).why).toMatch(why);
  const { history } = await shown();
  const last = history.findLast(({ source }) => source === camera);
  expect(last).toMatchObject({ limitedBy });
});
