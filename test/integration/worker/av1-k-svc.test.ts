// Patch av1-k-svc: of AV1 whose upper layer needs the lower one at key frames only, the layer shown goes alone.
import type { types } from 'mediasoup';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { extensionId, payloadType, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { keySvcDescriptor } from '../../support/rtp/picture-headers.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { until } from '../../support/until.ts';

const SLOT = 5555;
const UPPER = 2; // mask of decode targets
const LOWER = 1;

let sender: PlainPeer;
let receiver: PlainPeer;
let consumer: types.Consumer;
let picture: number;

const parameters = (ssrc: number, rtx: number) =>
  videoParameters({
    ...{ ssrc, rtx, codec: 'AV1', scalabilityMode: 'L2T1_KEY' },
    extensions: ['dependencyDescriptor'],
  });

/** Sends the frames of the next picture; its layer and number are at the end of each. */
function sendPicture({
  keyFrame = false,
  layers = [0, 1],
  active,
}: {
  readonly keyFrame?: boolean;
  readonly layers?: readonly (0 | 1)[];
  readonly active?: number;
} = {}): void {
  for (const layer of layers) {
    const frame = picture * 2 + layer;
    sender.send({
      payloadType: payloadType.av1,
      sequenceNumber: 1000 + frame,
      timestamp: picture * 3000,
      ssrc: 1000,
      marker: layer === layers.at(-1),
      payload: Buffer.concat([Buffer.alloc(100, 7), Buffer.from([layer, picture])]),
      extensions: new Map([
        [extensionId.dependencyDescriptor, keySvcDescriptor(frame, { layer, keyFrame, active })],
      ]),
    });
  }
  picture += 1;
}

const came = () => receiver.rtpOf(SLOT).map(({ payload }) => [payload.at(-1), payload.at(-2)]);
const keyFrameRequests = () => sender.rtcp.filter(({ type }) => type === 'pli').length;

async function cameInAll(count: number): Promise<void> {
  await until(() => (came().length >= count ? undefined : `${came().length} of ${count} came`));
}

describe('AV1 in K-SVC', () => {
  beforeEach(async () => {
    ({ sender, receiver } = await openBarePair());
    picture = 0;
    const producer = await sender.transport.produce({
      kind: 'video',
      rtpParameters: parameters(1000, 1001),
      keyFrameRequestDelay: 0,
    });
    sendPicture({ keyFrame: true });
    await until(async () => {
      const [stats] = await producer.getStats();
      return stats?.packetCount === 2 ? undefined : 'the layers are not known';
    });
    consumer = await consume(receiver.transport, producer, parameters(SLOT, SLOT + 1));
    await consumer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 0 });
  });

  it('sends the lower layer with key frames only, and leaves no hole for it', async () => {
    sendPicture({ keyFrame: true });
    sendPicture();
    sendPicture();
    await cameInAll(4);
    expect(came()).toEqual([
      [1, 0],
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    const numbers = receiver.rtpOf(SLOT).map(({ sequenceNumber }) => sequenceNumber);
    expect(numbers.map((number) => (number - numbers[0]!) & 0xffff)).toEqual([0, 1, 2, 3]);
  });

  it('goes down at a key frame', async () => {
    sendPicture({ keyFrame: true });
    await cameInAll(2);
    const asked = keyFrameRequests();
    await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 0 });
    await until(() => (keyFrameRequests() > asked ? undefined : 'no key frame is asked for'));
    sendPicture();
    sendPicture({ keyFrame: true });
    sendPicture();
    await cameInAll(5);
    expect(came().slice(2)).toEqual([
      [2, 1],
      [3, 0],
      [4, 0],
    ]);
  });

  it('asks for a key frame when the sender stops the layer that is shown', async () => {
    sendPicture({ keyFrame: true });
    sendPicture();
    await cameInAll(3);
    const asked = keyFrameRequests();
    sendPicture({ layers: [0], active: LOWER });
    await until(() => (keyFrameRequests() > asked ? undefined : 'no key frame is asked for'));
    sendPicture({ keyFrame: true, layers: [0], active: LOWER });
    sendPicture({ layers: [0] });
    await cameInAll(6);
    expect(came().slice(-2)).toEqual([
      [4, 0],
      [5, 0],
    ]);
    sendPicture({ keyFrame: true, active: LOWER | UPPER });
    sendPicture();
    await cameInAll(9);
    expect(came().slice(-3)).toEqual([
      [6, 0],
      [6, 1],
      [7, 1],
    ]);
  });
});
