import type { types } from 'mediasoup';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layersReport, type LayerSample } from '../../../src/io/media/worker-reports.ts';
import { BareWorker } from '../../support/rtp/bare-worker.ts';
import {
  extensionId,
  payloadType as jitsiPayloadType,
  videoParameters,
} from '../../support/rtp/jitsi-parameters.ts';
import {
  av1KeyFrame,
  h264KeyFrame,
  layeredDescriptor,
  layersAllocation,
  vp9KeyFrame,
  vp9PlainKeyFrame,
} from '../../support/rtp/picture-headers.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const ALLOCATION_ID = 12;
const FRAME_MS = 33;

let bare: BareWorker;
let sender: PlainPeer;
let sending: NodeJS.Timeout | undefined;
let reports: (readonly LayerSample[])[] = [];

beforeEach(async () => {
  bare = await BareWorker.start();
  sender = await PlainPeer.open(bare.router);
  reports = [];
});

afterEach(() => {
  clearInterval(sending);
  sender.close();
  bare.close();
});

async function produce(rtpParameters: types.RtpParameters): Promise<types.Producer> {
  const producer = await sender.transport.produce({ kind: 'video', rtpParameters });
  producer.on('trace', (trace) => {
    const report = layersReport(trace);
    if (report) reports.push(report);
  });
  return producer;
}

/** Parameters of one stream with this codec and payload type. */
function parametersOf(
  mimeType: string,
  payloadType: number,
  extensions: readonly 'dependencyDescriptor'[] = [],
): types.RtpParameters {
  const codec = { mimeType, payloadType, clockRate: 90_000, parameters: {}, rtcpFeedback: [] };
  const options = { ssrc: 1000, extensions, scalabilityMode: 'L3T3_KEY' };
  return { ...videoParameters(options), codecs: [codec] };
}

/** Calls `send` for every frame from now on, 30 a second. */
function everyFrame(send: (frame: number) => void): void {
  clearInterval(sending);
  let frame = 0;
  sending = setInterval(() => send(frame++), FRAME_MS);
}

/** A frame that is one packet with this payload. */
function sendPayload(payload: Buffer, frame: number, codecPayloadType: number): void {
  sender.send({
    payloadType: codecPayloadType,
    sequenceNumber: frame & 0xffff,
    timestamp: frame * 3000,
    ssrc: 1000,
    marker: true,
    payload,
  });
}

/** Waits for a report of which `value` is `expected`. */
async function reported(
  value: (report: readonly LayerSample[]) => unknown,
  expected: unknown,
): Promise<void> {
  const wanted = JSON.stringify(expected);
  await until(() => {
    const last = reports.at(-1);
    const found = last && JSON.stringify(value(last));
    return found === wanted ? undefined : `${String(found)} is reported, not ${wanted}`;
  });
}

const sizes = (report: readonly LayerSample[]) =>
  report.map(({ encoding, spatial, width, height }) => [encoding, spatial, width, height]);

describe('simulcast', () => {
  const [low, high] = [new VideoSource({ ssrc: 1000 }), new VideoSource({ ssrc: 1001 })];

  beforeEach(async () => {
    await produce(videoParameters({ ssrc: 1000, higher: [{ ssrc: 1001 }] }));
  });

  /** Both streams, the second with frames four times as large. */
  function sendBoth(frame: number): void {
    const keyFrame = frame % 30 === 0;
    const packets = [
      ...low.frame({ keyFrame, size: [320, 180], packets: 1, payloadBytes: 500 }),
      ...high.frame({ keyFrame, size: [640, 360], packets: 4, payloadBytes: 500 }),
    ];
    for (const packet of packets) sender.send(packet);
  }

  it('is told stream by stream, with rates and sizes', async () => {
    everyFrame(sendBoth);
    await reported(sizes, [
      [0, 0, 320, 180],
      [1, 0, 640, 360],
    ]);
    await until(() => (reports.length > 4 ? undefined : 'there is no report every second'));
    const [first, second] = reports.at(-1)!;
    // How many frames a second leave a busy machine is not known, but what one has.
    expect(first!.frameRate).toBeGreaterThan(3);
    const bitsOfFrame = first!.bitrateBps / first!.frameRate;
    expect(bitsOfFrame).toBeGreaterThan(500 * 8 * 0.8);
    expect(bitsOfFrame).toBeLessThan(560 * 8 * 1.5);
    expect(second!.bitrateBps / first!.bitrateBps).toBeGreaterThan(3);
    expect(second!.bitrateBps / first!.bitrateBps).toBeLessThan(5);
  });

  it('tells that a stream stops, and starts again, and in the end that nothing comes', async () => {
    const encodings = (report: readonly LayerSample[]) => report.map(({ encoding }) => encoding);
    everyFrame(sendBoth);
    await reported(encodings, [0, 1]);
    everyFrame((frame) => {
      for (const packet of low.frame({ keyFrame: frame === 0 })) sender.send(packet);
    });
    await reported(encodings, [0]);
    everyFrame(sendBoth);
    await reported(encodings, [0, 1]);
    clearInterval(sending);
    await reported(encodings, []);
    const told = reports.length;
    everyFrame(sendBoth);
    await reported(encodings, [0, 1]);
    // Nothing was told while there was nothing to tell.
    expect(reports[told]).not.toEqual([]);
  });

  it('tells that a stream stops within 1.5 s', async () => {
    const encodings = (report: readonly LayerSample[]) => report.map(({ encoding }) => encoding);
    const framesOfNotice: number[] = [];
    // A machine that stands still for a moment takes that long more: not three times.
    for (let round = 0; round < 3; round += 1) {
      everyFrame(sendBoth);
      await reported(encodings, [0, 1]);
      let frames = 0;
      const before = reports.length;
      const told = new Promise<void>((resolve) => {
        everyFrame((frame) => {
          for (const packet of low.frame({ keyFrame: frame === 0 })) sender.send(packet);
          if (reports.slice(before).some((report) => encodings(report).join() === '0')) resolve();
          else frames += 1;
        });
      });
      await told;
      framesOfNotice.push(frames);
    }
    expect(Math.min(...framesOfNotice) * FRAME_MS).toBeLessThan(1500);
  });

  it('tells of a stream that stops what it had, not what is left of it in the last second', async () => {
    const rateOf = (encoding: number, report: readonly LayerSample[] | undefined) =>
      report?.find((layer) => layer.encoding === encoding)?.frameRate ?? 0;
    everyFrame(sendBoth);
    await until(() =>
      reports.filter((report) => rateOf(1, report) > 0).length > 2 ? undefined : 'no second stream',
    );
    const before = reports.length;
    everyFrame((frame) => {
      for (const packet of low.frame({ keyFrame: frame === 0 })) sender.send(packet);
    });
    await reported((report) => report.some(({ encoding }) => encoding === 1), false);
    for (let place = before; place < reports.length - 1; place += 1) {
      // On a busy machine both had fewer frames, now or a second ago.
      const usual = [place - 1, place].map((at) => rateOf(0, reports[at]));
      expect(rateOf(1, reports[place])).toBeGreaterThan(Math.min(...usual) * 0.6);
    }
  });

  it('tells of a stream that starts once its rate can be guessed, whatever else is told before', async () => {
    let startedMs = 0;
    everyFrame((frame) => {
      for (const packet of low.frame({ keyFrame: frame === 0, size: [320, 180] }))
        sender.send(packet);
    });
    await reported(sizes, [[0, 0, 320, 180]]);
    everyFrame((frame) => {
      if (frame === 0) startedMs = performance.now();
      const keyFrame = frame === 0;
      for (const packet of low.frame({ keyFrame, size: [160, 90] })) sender.send(packet);
      for (const packet of high.frame({ keyFrame, size: [640, 360] })) sender.send(packet);
    });
    await until(() => (reports.at(-1)!.length > 1 ? undefined : 'no second stream'));
    expect(performance.now() - startedMs).toBeGreaterThan(400);
  });

  it('tells that a sender scales down', async () => {
    everyFrame(sendBoth);
    await reported(sizes, [
      [0, 0, 320, 180],
      [1, 0, 640, 360],
    ]);
    everyFrame((frame) => {
      const keyFrame = frame % 30 === 0;
      for (const packet of low.frame({ keyFrame, size: [180, 320] })) sender.send(packet);
      for (const packet of high.frame({ keyFrame, size: [480, 270] })) sender.send(packet);
    });
    await reported(sizes, [
      [0, 0, 180, 320],
      [1, 0, 480, 270],
    ]);
  });

  it('knows no size of what is encrypted, and counts it all the same', async () => {
    everyFrame(() => {
      for (const packet of low.frame({ keyFrame: false })) sender.send(packet);
    });
    await reported(sizes, [[0, 0, 0, 0]]);
    expect(reports.at(-1)![0]!.bitrateBps).toBeGreaterThan(0);
  });
});

describe('the size of a picture', () => {
  it.each([
    ['H264', 107, h264KeyFrame([1280, 718]), [[0, 0, 1280, 718]]],
    ['VP9', 101, vp9PlainKeyFrame([640, 360]), [[0, 0, 640, 360]]],
    [
      'VP9',
      101,
      vp9KeyFrame([
        [320, 180],
        [640, 360],
      ]),
      [[0, 0, 320, 180]],
    ],
  ] as const)('is read of %s', async (codec, codecPayloadType, payload, expected) => {
    await produce(parametersOf(`video/${codec}`, codecPayloadType));
    everyFrame((frame) => sendPayload(payload, frame, codecPayloadType));
    await reported(sizes, expected);
  });

  it('is read of AV1 without descriptors that have it', async () => {
    await produce(parametersOf('video/AV1', jitsiPayloadType.av1, ['dependencyDescriptor']));
    everyFrame((frame) =>
      sendLayer(frame, 0, layeredDescriptor(frame, 0, { sizes: [], layers: 1 })),
    );
    await reported(sizes, [[0, 0, 960, 540]]);
  });

  it.each([0, 1, 2, 3, 20])('is not made of %i bytes of something', async (length) => {
    await produce(parametersOf('video/H264', 107));
    everyFrame((frame) => sendPayload(Buffer.alloc(length, 0x67), frame, 107));
    if (length > 0) await reported(sizes, [[0, 0, 0, 0]]);
    everyFrame((frame) => sendPayload(h264KeyFrame([640, 360]), frame, 107));
    await reported(sizes, [[0, 0, 640, 360]]);
  });
});

function sendLayer(frame: number, layer: number, descriptor: Buffer): void {
  sender.send({
    payloadType: jitsiPayloadType.av1,
    sequenceNumber: (frame * 3 + layer) & 0xffff,
    timestamp: frame * 3000,
    ssrc: 1000,
    marker: layer === 2,
    extensions: new Map([[extensionId.dependencyDescriptor, descriptor]]),
    payload: av1KeyFrame([960, 540]),
  });
}

it('a dependency descriptor has the size of each layer, and says which are sent', async () => {
  await produce(parametersOf('video/AV1', jitsiPayloadType.av1, ['dependencyDescriptor']));
  const structure = {
    layers: 3,
    sizes: [
      [240, 135],
      [480, 270],
      [960, 540],
    ] as const,
  };
  everyFrame((frame) => {
    for (const layer of [0, 1, 2])
      sendLayer(frame, layer, layeredDescriptor(frame, layer, structure));
  });
  await reported(sizes, [
    [0, 0, 240, 135],
    [0, 1, 480, 270],
    [0, 2, 960, 540],
  ]);
  // Two packets of the highest are still under way, but the descriptors say that it has ended.
  everyFrame((frame) => {
    for (const layer of [0, 1, ...(frame < 2 ? [2] : [])])
      sendLayer(
        1000 + frame,
        layer,
        layeredDescriptor(frame, layer, { ...structure, active: 0b011 }),
      );
  });
  await reported(sizes, [
    [0, 0, 240, 135],
    [0, 1, 480, 270],
  ]);
});

it("a sender's own allocation tells layers and sizes before they come", async () => {
  const parameters = videoParameters({ ssrc: 1000 });
  const [codec] = parameters.codecs;
  const codecs = [{ ...codec!, parameters: { 'x-layers-allocation-id': ALLOCATION_ID } }];
  await produce({ ...parameters, codecs });
  const source = new VideoSource({ ssrc: 1000 });
  const send = (layers: Parameters<typeof layersAllocation>[0]) => {
    const extensions = new Map([[ALLOCATION_ID, layersAllocation(layers)]]);
    for (const packet of source.frame({ extensions, packets: 1 })) sender.send(packet);
  };
  // The target is told at once, before a second of packets can be counted.
  everyFrame(() => send([{ kbps: 700, size: [640, 360] }, { kbps: 90 }]));
  await until(() => (reports.length > 0 ? undefined : 'nothing is reported'));
  expect(reports[0]!.map(({ spatial, bitrateBps }) => [spatial, bitrateBps])).toEqual([
    [0, 700_000],
    [1, 90_000],
  ]);
  everyFrame(() => send([{ kbps: 700, size: [640, 360] }]));
  await reported(sizes, [[0, 0, 640, 360]]);
  everyFrame(() => send([]));
  await reported(sizes, []);
});
