import type { types } from 'mediasoup';
import { beforeEach, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { type BareWorker, consume } from '../../support/rtp/bare-worker.ts';
import { videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { frameNumberOf, VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const SLOT = 5555;
const SLOT_RTX = 5556;
const slot = videoParameters({
  ssrc: SLOT,
  rtx: SLOT_RTX,
  codec: 'AV1',
  extensions: ['dependencyDescriptor'],
});

let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;

beforeEach(async () => {
  ({ bare, sender, receiver } = await openBarePair());
});

async function produce(ssrc: number): Promise<types.Producer> {
  const rtpParameters = videoParameters({
    ssrc,
    codec: 'AV1',
    extensions: ['dependencyDescriptor'],
  });
  return sender.transport.produce({ kind: 'video', rtpParameters });
}

async function showSlot(ssrc: number, frameNumber: number, frames = 3): Promise<void> {
  const before = receiver.rtpOf(SLOT).length;
  const source = new VideoSource({ ssrc, codec: 'AV1', frameNumber });
  for (let frame = 0; frame < frames; frame += 1)
    for (const packet of source.frame({ keyFrame: frame === 0, packets: 2 })) sender.send(packet);
  await until(() =>
    receiver.rtpOf(SLOT).length >= before + 2 * frames ? undefined : 'frames are missing',
  );
}

it('lets frame numbers go on when a slot shows another source, forwards and backwards', async () => {
  for (const [ssrc, frameNumber] of [
    [1000, 60_000],
    [2000, 5],
    [3000, 65_534],
    [4000, 30_000],
  ] as const) {
    const consumer = await consume(receiver.transport, await produce(ssrc), slot);
    await showSlot(ssrc, frameNumber);
    consumer.close();
  }
  const numbers = receiver.rtpOf(SLOT).map(({ extensions }) => frameNumberOf(extensions));
  const frames = Array.from({ length: 12 }, (_, frame) => (60_000 + frame) & 0xffff);
  expect(numbers).toEqual(frames.flatMap((number) => [number, number]));
});

it('repeats the frame number that was sent in retransmissions, for each receiver its own', async () => {
  const other = await PlainPeer.open(bare.router);
  const [first, second] = [await produce(1000), await produce(2000)];
  const consumer = await consume(receiver.transport, first, slot);
  await showSlot(1000, 60_000, 2);
  consumer.close();
  await consume(receiver.transport, second, slot);
  await consume(other.transport, second, slot);
  await showSlot(2000, 5, 2);
  for (const peer of [receiver, other]) {
    const sent = peer.rtpOf(SLOT).at(-1)!;
    peer.sendRtcp(buildNack(1, SLOT, [sent.sequenceNumber]));
    await until(() => (peer.rtpOf(SLOT_RTX).length === 1 ? undefined : 'nothing was repeated'));
    const repeated = peer.rtpOf(SLOT_RTX)[0]!;
    expect(frameNumberOf(repeated.extensions)).toBe(frameNumberOf(sent.extensions));
  }
  expect(frameNumberOf(receiver.rtpOf(SLOT_RTX)[0]!.extensions)).toBe(60_003);
  expect(frameNumberOf(other.rtpOf(SLOT_RTX)[0]!.extensions)).toBe(6);
  other.close();
});
