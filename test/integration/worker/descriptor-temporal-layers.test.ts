// libwebrtc leaves the layers of VP8 out of the payload where the dependency descriptor is negotiated.
import type { types } from 'mediasoup';
import { beforeEach, describe, expect, it } from 'vitest';
import { layersReport, type LayerSample } from '../../../src/io/media/worker-reports.ts';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { consume } from '../../support/rtp/bare-worker.ts';
import { extensionId, payloadType, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { temporalDescriptor } from '../../support/rtp/temporal-descriptor.ts';
import { until } from '../../support/until.ts';

const SLOT = 5555;
const streams = { ssrc: 1000, higher: [{ ssrc: 1001 }, { ssrc: 1002 }], scalabilityMode: 'L1T3' };
const source = videoParameters({ ...streams, extensions: ['dependencyDescriptor'] });
/** H264 under VP8's payload type: only what the descriptor says matters here. */
const h264 = {
  ...source,
  codecs: source.codecs.map((codec) =>
    codec.mimeType === 'video/VP8' ? { ...codec, mimeType: 'video/H264' } : codec,
  ),
};

let sender: PlainPeer;
let receiver: PlainPeer;
let sent = 0;

beforeEach(async () => {
  ({ sender, receiver } = await openBarePair());
  sent = 0;
});

const payloads = {
  /** Without an extended descriptor (RFC 7741 §4.2); the frame header says whether it is a key frame. */
  VP8: (keyFrame: boolean) => Buffer.from([0x10, keyFrame ? 0 : 1, 0, 0, ...Buffer.alloc(60, 7)]),
  H264: (keyFrame: boolean) => Buffer.from([keyFrame ? 0x67 : 0x41, ...Buffer.alloc(60, 7)]),
};
type Codec = keyof typeof payloads;

/** Sends so many frames, of one packet each, and the number of the frame in the payload. */
function sendFrames(codec: Codec, count: number): void {
  for (const end = sent + count; sent < end; sent += 1) {
    const payload = payloads[codec](sent === 0);
    payload.writeUInt8(sent, payload.length - 1);
    sender.send({
      payloadType: payloadType.vp8,
      sequenceNumber: 500 + sent,
      timestamp: sent * 3000,
      ssrc: 1000,
      marker: true,
      extensions: new Map([
        [extensionId.dependencyDescriptor, temporalDescriptor(sent).descriptor],
      ]),
      payload,
    });
  }
}

/** Waits until the frames that came are these. */
async function came(frames: readonly number[]): Promise<void> {
  const numbers = () => receiver.rtpOf(SLOT).map(({ payload }) => payload.at(-1));
  await until(() =>
    numbers().length >= frames.length ? undefined : `frames ${numbers().join()} came`,
  );
  expect(numbers()).toEqual(frames);
  const sequence = receiver.rtpOf(SLOT).map(({ sequenceNumber }) => sequenceNumber);
  expect(sequence).toEqual(frames.map((_, place) => (sequence[0]! + place) & 0xffff));
}

async function produce(codec: Codec): Promise<types.Producer> {
  return sender.transport.produce({
    kind: 'video',
    rtpParameters: codec === 'VP8' ? source : h264,
  });
}

async function watch(producer: types.Producer, codec: Codec): Promise<types.Consumer> {
  const slot = videoParameters({ ssrc: SLOT, scalabilityMode: 'S3T3' });
  const codecs = slot.codecs.map((each, place) =>
    place === 0 ? { ...each, mimeType: `video/${codec}` } : each,
  );
  return consume(receiver.transport, producer, { ...slot, codecs });
}

describe.each(['VP8', 'H264'] as const)('%s with its layers in the descriptor', (codec) => {
  it('goes up a temporal layer only where the sender says so, and down at any frame', async () => {
    const consumer = await watch(await produce(codec), codec);
    await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 0 });
    sendFrames(codec, 5);
    await came([0, 4]);
    await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 2 });
    // 5 to 7 build on the second frame, which was left out.
    sendFrames(codec, 6);
    await came([0, 4, 8, 9, 10]);
    await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 1 });
    sendFrames(codec, 4);
    await came([0, 4, 8, 9, 10, 12, 14]);
  });

  it('is reported with the rates of its layers', async () => {
    const reports: (readonly LayerSample[])[] = [];
    const producer = await produce(codec);
    producer.on('trace', (trace) => {
      const report = layersReport(trace);
      if (report) reports.push(report);
    });
    const sending = setInterval(() => sendFrames(codec, 1), 33);
    await until(() => {
      const layers = reports.at(-1)?.map(({ temporal }) => temporal) ?? [];
      return layers.join() === '0,1,2' ? undefined : `layers ${layers.join()} are reported`;
    });
    clearInterval(sending);
  });
});
