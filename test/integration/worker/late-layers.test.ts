// Packets of layers in one stream (VP9, AV1) that were lost on the way to the worker and are sent again.
import type { types } from 'mediasoup';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { type RtpFields, unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { extensionId, payloadType, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { layeredDescriptor } from '../../support/rtp/picture-headers.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildVp9 } from '../../support/rtp/vp9-payload.ts';
import { until } from '../../support/until.ts';

const LAYERS = 3;
const SLOT = 5555;
const SLOT_RTX = 5556;

let sender: PlainPeer;
let receiver: PlainPeer;
let producer: types.Producer;
let sequenceNumber: number;
let picture: number;

beforeEach(async () => {
  ({ sender, receiver } = await openBarePair());
  sequenceNumber = 1000;
  picture = 0;
});

const codecs = ['AV1', 'VP9'] as const;
type Codec = (typeof codecs)[number];

/** VP9 has AV1's payload type here. */
function parameters(codec: Codec, ssrc: number, rtx: number): types.RtpParameters {
  const known = videoParameters({
    ssrc,
    rtx,
    codec: 'AV1',
    scalabilityMode: 'L3T1_KEY',
    extensions: ['dependencyDescriptor'],
  });
  const [media, ...others] = known.codecs;
  return { ...known, codecs: [{ ...media!, mimeType: `video/${codec}` }, ...others] };
}

/** A packet of each layer of the next picture; its layer and picture are at the end of the payload. */
function nextPicture(codec: Codec, keyFrame = false): RtpFields[] {
  const packets = Array.from({ length: LAYERS }, (_, layer) => ({
    payloadType: payloadType.av1,
    sequenceNumber: sequenceNumber + layer,
    timestamp: picture * 3000,
    ssrc: 1000,
    marker: layer === LAYERS - 1,
    ...contents(codec, layer, keyFrame),
  }));
  sequenceNumber += LAYERS;
  picture += 1;
  return packets;
}

function contents(codec: Codec, layer: number, keyFrame: boolean) {
  const body = Buffer.concat([Buffer.alloc(100, 7), Buffer.from([layer, picture])]);
  if (codec === 'AV1') {
    const frame = picture * LAYERS + layer;
    const structure = layeredDescriptor(frame, layer, { sizes: [], layers: LAYERS });
    const descriptor = keyFrame && layer === 0 ? structure : structure.subarray(0, 3);
    return {
      payload: body,
      extensions: new Map([[extensionId.dependencyDescriptor, descriptor]]),
    };
  }
  const descriptor = {
    pictureId: picture,
    tl0PicIdx: picture,
    temporalLayer: 0,
    spatialLayer: layer,
    keyFrame,
    startOfLayerFrame: true,
    endOfLayerFrame: true,
  };
  return { payload: buildVp9(descriptor, body) };
}

const send = (packets: readonly RtpFields[]) => packets.forEach((packet) => sender.send(packet));
const layerOf = ({ payload }: { readonly payload: Buffer }) => payload.at(-2);
const came = () => receiver.rtpOf(SLOT);
const keyFrameRequests = () => sender.rtcp.filter(({ type }) => type === 'pli').length;

async function cameAll(count: number): Promise<void> {
  await until(() => (came().length >= count ? undefined : `${came().length} of ${count} came`));
  expect(came()).toHaveLength(count);
}

async function watch(codec: Codec, spatialLayer: number): Promise<types.Consumer> {
  producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: parameters(codec, 1000, 1001),
    keyFrameRequestDelay: 0,
  });
  send(nextPicture(codec, true));
  await until(async () => {
    const [stats] = await producer.getStats();
    return stats?.packetCount === LAYERS ? undefined : 'the layers are not known';
  });
  const consumer = await consume(receiver.transport, producer, parameters(codec, SLOT, SLOT_RTX));
  await consumer.setPreferredLayers({ spatialLayer, temporalLayer: 0 });
  return consumer;
}

describe.each(codecs)('%s', (codec) => {
  it('leaves no hole where a layer that is not sent was lost', async () => {
    await watch(codec, 0);
    send(nextPicture(codec, true));
    await cameAll(1);
    const [lowest, middle, top] = nextPicture(codec);
    send([lowest!, top!]);
    send(nextPicture(codec));
    await cameAll(3);
    send([middle!]);
    await cameAll(4);
    const numbers = came().map((packet) => packet.sequenceNumber);
    const first = numbers[0]!;
    // The lost packet's number had to be left out before the picture after it.
    expect(numbers.map((number) => (number - first) & 0xffff)).toEqual([0, 1, 3, 2]);
    expect(came()[3]!.payload).toHaveLength(0);

    receiver.sendRtcp(buildNack(1, SLOT, [numbers[3]!]));
    await until(() => (receiver.rtpOf(SLOT_RTX).length > 0 ? undefined : 'nothing is repeated'));
    const repeated = unwrapRtx(receiver.rtpOf(SLOT_RTX)[0]!);
    expect(repeated).toEqual({ sequenceNumber: numbers[3], payload: Buffer.alloc(0) });
    // One that is not late leaves no hole, so nothing is there to fill.
    send(nextPicture(codec));
    await cameAll(5);
    expect((came()[4]!.sequenceNumber - first) & 0xffff).toBe(4);
  });

  it('changes its layer at no key frame that comes late', async () => {
    const consumer = await watch(codec, 0);
    send(nextPicture(codec, true));
    await cameAll(1);
    const asked = keyFrameRequests();
    await consumer.setPreferredLayers({ spatialLayer: 2, temporalLayer: 0 });
    await until(() => (keyFrameRequests() > asked ? undefined : 'no key frame is asked for'));
    const [lowest, ...others] = nextPicture(codec, true);
    send(others);
    send(nextPicture(codec));
    await cameAll(2);
    send([lowest!]);
    await until(() =>
      keyFrameRequests() > asked + 1 ? undefined : 'no other key frame is asked for',
    );
    send(nextPicture(codec));
    await until(() =>
      came().some(({ payload }) => payload.at(-1) === picture - 1) ? undefined : 'nothing comes',
    );
    // Of the higher layers the key frame is missing.
    expect(
      new Set(
        came()
          .filter(({ payload }) => payload.length > 0)
          .map(layerOf),
      ),
    ).toEqual(new Set([0]));

    send(nextPicture(codec, true));
    await until(() =>
      came().some((packet) => layerOf(packet) === 2) ? undefined : 'it stays low',
    );
    const top = came().filter((packet) => layerOf(packet) === 2);
    expect(top[0]!.payload.at(-1)).toBe(picture - 1);
  });
});
