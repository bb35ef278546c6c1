// A whole call over a link that is slow or loses packets: real decisions, real worker, real ICE, DTLS and SRTP.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { sameLayer, type LayerIndex } from '../../../src/model/layer.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { AudioOnLink } from '../../support/client/audio-on-link.ts';
import { Freezes } from '../../support/client/freezes.ts';
import { Lane, openShapedLink, type ShapedLink } from '../../support/client/shaped-link.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { isRtcp, unwrapRtx, type RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { until } from '../../support/until.ts';
import { DecidedCall } from './decided-call.ts';
import { camera, mediaOptions, microphone, recordingLogger } from './media-fixture.ts';

const alice = endpointId('alice');
const bob = endpointId('bob');
const voice = microphone(alice, 1001);
/** 220, 450 and 890 kbit/s at 30 frames; a quarter and a half of it below. */
const video = camera(alice, 3001);

let plane: MediasoupPlane;
let call: DecidedCall;
let link: ShapedLink;
let client: WebRtcClient;
let audio: AudioFlow;

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
});
afterAll(() => plane.close());

beforeEach(async () => {
  link = await openShapedLink(plane.ports!.udp);
  atTheEnd(() => link.close());
  call = new DecidedCall(plane);
  const sender = await call.join(alice, [voice, video]);
  client = await call.join(bob, [], link.port);
  call.wantVideo(bob, 720);
  const { encodings } = video;
  const flow = new VideoFlow({ client: sender, encodings, packetsPerFrame: 2 });
  audio = new AudioFlow({ client: sender, ssrc: 1001 });
  atTheEnd(() => {
    flow.stop();
    audio.stop();
  });
});

const receiver = () => call.receiver(bob);

/** Waits until the receiver is really sent what was decided for it, and that is this encoding. */
async function shown(encoding: number, timeoutMs = 90_000): Promise<void> {
  const text = (layer: LayerIndex | undefined) => JSON.stringify(layer);
  await until(() => {
    const delivery = receiver()
      .deliveriesNow(performance.now())
      .find(({ allocation }) => allocation.source === video.name);
    const target = delivery?.allocation.target?.index;
    const bps = Math.round(receiver().estimate.latestBps ?? 0);
    if (target?.encoding !== encoding) return `${text(target)} is decided at ${bps} bit/s`;
    return sameLayer(delivery?.sent, target)
      ? undefined
      : `${text(delivery?.sent)} is sent, not ${text(target)}`;
  }, timeoutMs);
}

function outgoing(kind: 'audio' | 'video'): number {
  return receiver().plan.streams.find((stream) => stream.kind === kind)?.ssrc ?? 0;
}

/** Sequence numbers as they leave the bridge, by SSRC: headers are not encrypted. */
function numbersOf(lane: Lane): Map<number, number[]> {
  const numbers = new Map<number, number[]>();
  lane.onDatagram = (datagram) => {
    const isRtp = datagram.length > 12 && datagram[0]! >> 6 === 2 && !isRtcp(datagram);
    if (!isRtp) return;
    const ssrc = datagram.readUInt32BE(8);
    const known = numbers.get(ssrc) ?? [];
    known.push(datagram.readUInt16BE(2));
    numbers.set(ssrc, known);
  };
  return numbers;
}

function steps(numbers: readonly number[]): number[] {
  return numbers.slice(1).map((number, place) => (number - numbers[place]!) & 0xffff);
}

/** Changes of the encoding that leaves for the receiver: each is a moment of blur. */
function encodingSwitches(): () => number {
  let [switches, current]: [number, number | undefined] = [0, undefined];
  const looking = setInterval(() => {
    const encoding = receiver().deliveriesNow(performance.now())[0]?.sent?.encoding;
    if (encoding !== undefined && current !== undefined && encoding !== current) switches += 1;
    current = encoding ?? current;
  }, 20);
  atTheEnd(() => clearInterval(looking));
  return () => switches;
}

/** Of these audio packets so many may get lost on a link that loses this share of all by chance. */
function lostByChance(sent: number, loss: number): number {
  const mean = sent * loss;
  return mean + 6 * Math.sqrt(mean);
}

it.each([
  ['a queue of 300 ms', { queueMs: 300, loss: 0 }],
  ['a queue of 500 ms that also loses packets in pairs', { queueMs: 500, loss: 0.02, burst: 2 }],
])(
  'shows what fits through a link with %s, whatever its rate, and lets audio through',
  async (_queue, shape) => {
    const numbers = numbersOf(link.down);
    const sound = new AudioOnLink(link.down, () => outgoing('audio'));
    const freezes = new Freezes();
    client.onRtp = (packet) => {
      if (packet.ssrc === outgoing('video')) freezes.onPacket(packet);
    };
    const switches = encodingSwitches();
    const startedMs = performance.now();
    link.down.shape({ delayMs: 20, ...shape });
    const rates = [
      [5_000_000, 2],
      [1_500_000, 2],
      [600_000, 1],
      [200_000, 0],
      [1_500_000, 2],
    ] as const;
    for (const [rateBps, encoding] of rates) {
      link.down.shape({ rateBps });
      await shown(encoding);
      // The link's queue is full for a moment where the rate falls, and no longer.
      const then = sound.take();
      expect(then.lost, `at ${rateBps}`).toBeLessThan(40 + lostByChance(then.sent, shape.loss));
      await delay(4000); // how steady it is
      const { lost, sent } = sound.take();
      // Mostly none; a probe or a busy machine may cost some.
      expect(lost, `steady at ${rateBps}`).toBeLessThan(
        sent * 0.03 + lostByChance(sent, shape.loss),
      );
    }
    const audioNumbers = numbers.get(outgoing('audio')) ?? [];
    const videoNumbers = numbers.get(outgoing('video')) ?? [];
    expect(steps(audioNumbers).filter((step) => step !== 1)).toEqual([]);
    expect(audioNumbers.length).toBeGreaterThan(audio.sent * 0.9 - 100);
    // A source cut within a frame costs one number on purpose (patch rtp-continuity).
    expect(steps(videoNumbers).filter((step) => step !== 1 && step !== 2)).toEqual([]);
    // The picture stands still when the link breaks down, not otherwise.
    expect(freezes.totalMs).toBeLessThan((performance.now() - startedMs) / 5);
    // Four or five are needed, as the way up may have a stop; some more happen where a probe promises too much.
    expect(switches()).toBeLessThanOrEqual(12);
  },
  300_000,
);

it('leaves room for audio on a link that breaks down at once, whose queue is long', async () => {
  const sound = new AudioOnLink(link.down, () => outgoing('audio'));
  link.down.shape({ delayMs: 20, queueMs: 1500, rateBps: 5_000_000 });
  await shown(2);
  await delay(3000);
  sound.take();
  link.down.shape({ rateBps: 200_000 });
  await delay(3000);
  const { heldMs, lost } = sound.take();
  expect(lost).toBeLessThan(5);
  // Video stopped before the queue was full, until what was in it was through.
  expect(Math.max(...heldMs)).toBeLessThan(1200);
  expect(heldMs.filter((ms) => ms > 400).length).toBeLessThan(75);
  await shown(0);
});

it('leaves room for audio on a link that shows by nothing but loss that it is too narrow', async () => {
  const sound = new AudioOnLink(link.down, () => outgoing('audio'));
  link.down.shape({ delayMs: 20, queueMs: 40, rateBps: 5_000_000 });
  await shown(2);
  link.down.shape({ rateBps: 800_000 });
  sound.take();
  await shown(1);
  expect(sound.take().lost).toBeLessThan(40);
  await delay(8000);
  // A probe that is too fast loses some now and then.
  const { lost, sent } = sound.take();
  expect(lost).toBeLessThan(sent * 0.06);
});

it('does not take packets that get lost by chance for a link that is too narrow', async () => {
  link.down.shape({ delayMs: 20, loss: 0.05, burst: 2, rateBps: 5_000_000 });
  await shown(2);
  let best = 0;
  for (let look = 0; look < 100; look += 1) {
    await delay(100);
    if (receiver().deliveriesNow(performance.now())[0]?.sent?.encoding === 2) best += 1;
  }
  expect(best).toBeGreaterThan(50);
});

it('finds out soon that a link is better again, though packets come late here and there', async () => {
  link.down.shape({ delayMs: 20, queueMs: 300, jitterMs: 15, rateBps: 200_000 });
  await shown(0);
  await delay(10_000); // of a full link, so that probes have become rare
  const lostBefore = link.down.lost;
  link.down.shape({ rateBps: 5_000_000 });
  await shown(2, 20_000);
  expect(link.down.lost).toBe(lostBefore);
});

it('repeats what gets lost on the way', async () => {
  link.down.shape({ delayMs: 10, loss: 0.05, burst: 2 });
  await until(() => (outgoing('video') > 0 ? undefined : 'no video yet'));
  const media = outgoing('video');
  const { rtx } = receiver().plan.streams.find(({ ssrc }) => ssrc === media)!;
  const seen = new Set<number>();
  let highest: number | undefined;
  const ask = (missing: number[]) => client.send(buildNack(1, media, missing));
  const missingBelow = (number: number) =>
    Array.from({ length: 60 }, (_, back) => (number - 1 - back) & 0xffff).filter(
      (each) => !seen.has(each),
    );
  client.onRtp = (packet: RtpPacket) => {
    if (packet.ssrc === media) {
      seen.add(packet.sequenceNumber);
      const isFirst = highest === undefined;
      if (isFirst || ((packet.sequenceNumber - highest!) & 0xffff) < 0x8000)
        highest = packet.sequenceNumber;
    } else if (packet.ssrc === rtx) seen.add(unwrapRtx(packet).sequenceNumber);
  };
  await until(() => (seen.size > 200 ? undefined : `${seen.size} packets`));
  const asking = setInterval(() => {
    const missing = missingBelow(highest!);
    if (missing.length > 0) ask(missing.slice(0, 16));
  }, 50);
  atTheEnd(() => clearInterval(asking));
  const lostBefore = link.down.lost;
  await until(() => (link.down.lost > lostBefore + 20 ? undefined : 'hardly anything is lost'));
  // Of what came by now nothing is missing for good.
  const upTo = highest!;
  await until(() => {
    const missing = missingBelow(upTo);
    return missing.length === 0 ? undefined : `${missing.join()} are missing`;
  });
});
