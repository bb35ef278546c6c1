import { readFileSync } from 'node:fs';
import type { types } from 'mediasoup';
import { beforeEach, describe, expect, it } from 'vitest';
import { openBarePair } from '../../support/rtp/bare-pair.ts';
import { type BareWorker, consume, skipIfSanitized } from '../../support/rtp/bare-worker.ts';
import { transportCc, videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { buildSenderReport } from '../../../loadtest/rtp/rtcp-packet.ts';
import type { RtpFields } from '../../../loadtest/rtp/rtp-packet.ts';
import type { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { TransportCcReceiver } from '../../../loadtest/rtp/transport-cc.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

const parameters = videoParameters({
  ssrc: 2000,
  extensions: ['transportCc'],
  feedback: [transportCc],
  feedbackSsrc: 4444,
});

let bare: BareWorker;
let sender: PlainPeer;
let receiver: PlainPeer;
let producer: types.Producer;
let source: VideoSource;

beforeEach(async () => {
  ({ bare, sender, receiver } = await openBarePair());
  producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000, extensions: ['transportCc'] }),
  });
  source = new VideoSource({ ssrc: 1000 });
});

const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** 240 packets of 1,000 bytes a second. */
function frameOf(tick: number): RtpFields[] {
  return source.frame({ keyFrame: tick === 0, packets: 8, payloadBytes: 1000 });
}

let random = 1;

/** Sends 30 frames a second, with feedback every 100 ms, while the share `lose` of the packets gets lost. */
async function run(
  durationMs: number,
  lose: number,
  frame: (tick: number) => RtpFields[] = frameOf,
): Promise<void> {
  receiver.lose = () => {
    random = (random * 48_271) % 0x7fff_ffff;
    return random / 0x7fff_ffff < lose;
  };
  const end = performance.now() + durationMs;
  for (let tick = 0; performance.now() < end; tick += 1) {
    for (const packet of frame(tick)) sender.send(packet);
    await delay(33);
    const feedback = tick % 3 === 2 ? observer.feedback(1, 2000) : undefined;
    if (feedback) receiver.sendRtcp(feedback);
  }
}

let observer = new TransportCcReceiver();

/**
 * Whether this comes to be so while three in five packets get lost. It is looked at often and for long: a probe lifts the
 * estimate for a moment, and how often one is due depends on how busy the machine is.
 */
async function comesWithLoss(
  isSo: (now: { readonly bps: number; readonly loss: number }) => boolean,
): Promise<boolean> {
  for (let turn = 0; turn < 60; turn += 1) {
    await run(300, 0.6);
    const { availableOutgoingBitrate: bps = 0, rtpPacketLossSent: loss = 0 } = await stats();
    if (isSo({ bps, loss })) return true;
  }
  return false;
}

async function stats(): Promise<types.BaseTransportStats> {
  const [first] = await receiver.transport.getStats();
  return first!;
}

describe('transport-cc towards a receiver', () => {
  beforeEach(() => {
    observer = new TransportCcReceiver();
    receiver.onRtp = (packet) => observer.onPacket(packet);
  });

  it('numbers every packet, also through a replaced consumer', async () => {
    const first = await consume(receiver.transport, producer, parameters);
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await until(() => (receiver.rtpOf(2000).length === 3 ? undefined : 'packets are missing'));
    first.close();
    await consume(receiver.transport, producer, parameters);
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await until(() => (receiver.rtpOf(2000).length === 6 ? undefined : 'packets are missing'));
    const wide = receiver.rtp.map(({ extensions }) => extensions.get(5)!.readUInt16BE(0));
    const base = wide[0] ?? 0;
    expect(wide).toEqual(wide.map((_, place) => base + place));
  });

  it('lowers the estimate when many packets get lost, and tells how many', async () => {
    await consume(receiver.transport, producer, parameters);
    await run(4000, 0);
    const { availableOutgoingBitrate: healthy = 0, rtpPacketLossSent = 0 } = await stats();
    expect(rtpPacketLossSent).toBeLessThan(0.05);
    expect(await comesWithLoss(({ bps }) => bps < healthy * 0.7)).toBe(true);
    expect(await comesWithLoss(({ loss }) => loss > 0.2)).toBe(true);
  });

  it('falls at once to what a link carries that breaks down, also where little of the estimate was used', async () => {
    const modest = (tick: number) =>
      source.frame({ keyFrame: tick === 0, packets: 8, payloadBytes: 420 });
    const estimate = async () => (await stats()).availableOutgoingBitrate ?? 0;
    const comes = async (isSo: (bps: number) => boolean) => {
      const seen = [await estimate()];
      while (!isSo(seen.at(-1)!)) {
        if (seen.length > 300) throw new Error(`the estimate is ${seen.at(-1)}`);
        await run(100, 0, modest);
        seen.push(await estimate());
      }
      return seen;
    };
    receiver.shape({ rateBps: 5_000_000, queueMs: 1000, delayMs: 20 });
    await receiver.transport.setMaxOutgoingBitrate(2_500_000);
    await consume(receiver.transport, producer, parameters);
    await comes((bps) => bps > 2_000_000);
    // 850 kbit/s are sent.
    receiver.shape({ rateBps: 600_000 });
    const falling = await comes((bps) => bps < 650_000);
    // Not by 15 % at a time: the queue would be full before.
    const steps = falling.slice(1).map((bps, place) => bps / falling[place]!);
    expect(Math.min(...steps)).toBeLessThan(0.6);
  }, 90_000);

  it('stops video when a link breaks down, and goes on with a key frame when its queue is through', async () => {
    let keyFrame = true;
    const frame = () => {
      const packets = source.frame({ keyFrame, packets: 8, payloadBytes: 420 });
      keyFrame = false;
      return packets;
    };
    const requests = () => sender.rtcp.filter(({ type }) => type === 'pli').length;
    const bps = async () => (await stats()).availableOutgoingBitrate ?? 0;
    receiver.shape({ rateBps: 5_000_000, queueMs: 1000, delayMs: 20 });
    await receiver.transport.setMaxOutgoingBitrate(2_500_000);
    await consume(receiver.transport, producer, parameters);
    for (let turn = 0; turn < 300 && (await bps()) < 2_000_000; turn += 1) await run(100, 0, frame);
    // 850 kbit/s are sent.
    const before = requests();
    receiver.shape({ rateBps: 200_000 });
    for (let turn = 0; turn < 100 && requests() === before; turn += 1) await run(100, 0, frame);
    expect(requests()).toBeGreaterThan(before);
    expect(await bps()).toBeLessThan(300_000);
    const shown = receiver.rtpOf(2000).length;
    await run(500, 0, frame);
    expect(receiver.rtpOf(2000).length).toBe(shown);
    keyFrame = true;
    await run(300, 0, frame);
    expect(receiver.rtpOf(2000).length).toBeGreaterThan(shown);
  }, 90_000);

  it('takes no feedback about packets that were not sent, or not lately', async () => {
    await consume(receiver.transport, producer, parameters);
    await run(1000, 0);
    const sent = receiver.rtp.at(-1)!.extensions.get(5)!.readUInt16BE(0);
    for (const claimed of [sent + 20_000, sent + 40_000, sent - 20_000, sent - 24_000])
      for (let times = 0; times < 5; times += 1) receiver.sendRtcp(claimOfLosses(claimed & 0xffff));
    await run(300, 0);
    expect((await stats()).rtpPacketLossSent).toBeLessThan(0.05);
  });

  /** Feedback saying that of the 200 packets before this one none came. */
  function claimOfLosses(sequenceNumber: number): Buffer {
    const liar = new TransportCcReceiver();
    for (const number of [sequenceNumber - 200, sequenceNumber]) {
      const extension = Buffer.alloc(2);
      extension.writeUInt16BE(number & 0xffff);
      liar.onPacket({ ...receiver.rtp[0]!, extensions: new Map([[5, extension]]) });
    }
    return liar.feedback(1, 2000)!;
  }

  it('recovers after feedback has been missing for longer than packets are remembered', async () => {
    await consume(receiver.transport, producer, parameters);
    await run(2000, 0);
    receiver.onRtp = () => undefined;
    await run(6500, 0);
    receiver.onRtp = (packet) => observer.onPacket(packet);
    observer = new TransportCcReceiver();
    await run(3000, 0);
    expect((await stats()).rtpPacketLossSent ?? 0).toBeLessThan(0.1);
    expect((await stats()).availableOutgoingBitrate ?? 0).toBeGreaterThan(100_000);
  });
});

describe('probing', () => {
  const probes = () => receiver.rtpOf(4444).length;

  it('ends above what would be sent, and begins again when that is more', async () => {
    observer = new TransportCcReceiver();
    receiver.onRtp = (packet) => observer.onPacket(packet);
    await receiver.transport.setMaxOutgoingBitrate(200_000);
    await consume(receiver.transport, producer, parameters);
    const small = (tick: number) =>
      source.frame({ keyFrame: tick === 0, packets: 1, payloadBytes: 500 });
    for (let turn = 0; turn < 10 && (await estimate()) < 400_000; turn += 1)
      await run(1000, 0, small);
    const above = await estimate();
    // What would be sent is no limit of what is measured.
    expect(above).toBeGreaterThan(400_000);
    await run(1000, 0, small);
    const before = probes();
    await run(8000, 0, small);
    expect(probes() - before).toBe(0);
    await receiver.transport.setMaxOutgoingBitrate(20_000_000);
    for (let turn = 0; turn < 10 && probes() === before; turn += 1) await run(1000, 0, small);
    expect(probes()).toBeGreaterThan(before);
  });

  it('goes on for somebody who is sent nearly what the estimate allows', async () => {
    observer = new TransportCcReceiver();
    receiver.onRtp = (packet) => observer.onPacket(packet);
    await receiver.transport.setMaxOutgoingBitrate(5_000_000);
    await consume(receiver.transport, producer, parameters);
    let sentBps = 400_000;
    const four = (tick: number) =>
      source.frame({ keyFrame: tick === 0, packets: 4, payloadBytes: sentBps / 1000 });
    // Never so little of the estimate (65 %) that the estimator calls the sender limited, and probes it for that.
    const comes = async (isSo: (bps: number) => boolean) => {
      for (let turn = 0; turn < 120; turn += 1) {
        const bps = await estimate();
        if (isSo(bps)) return;
        sentBps = Math.min(Math.max(0.85 * bps, 200_000), 1_200_000);
        await run(500, 0, four);
      }
      throw new Error(`the estimate is ${await estimate()}`);
    };
    receiver.shape({ rateBps: 500_000, queueMs: 1000, delayMs: 20 });
    await comes((bps) => bps < 600_000);
    receiver.shape({ rateBps: Infinity });
    const before = probes();
    await comes((bps) => bps > 1_200_000);
    expect(probes()).toBeGreaterThan(before);
    // One that shows more is followed by another at once, of twice as much.
    await run(1000, 0, four);
    expect(await estimate()).toBeGreaterThan(2_000_000);
  }, 150_000);

  it('carries enough at a low rate for a few late packets not to change what it says', async () => {
    observer = new TransportCcReceiver();
    const came: { readonly ms: number; readonly bytes: number }[] = [];
    receiver.onRtp = (packet) => {
      observer.onPacket(packet);
      if (packet.ssrc !== 4444) return;
      came.push({ ms: performance.now(), bytes: receiver.rtpBytes.at(-1)!.length });
    };
    await receiver.transport.setMaxOutgoingBitrate(5_000_000);
    await consume(receiver.transport, producer, parameters);
    const little = (tick: number) =>
      source.frame({ keyFrame: tick === 0, packets: 1, payloadBytes: 300 });
    receiver.shape({ rateBps: 200_000, queueMs: 1000, delayMs: 20 });
    for (let turn = 0; turn < 60 && (await estimate()) > 220_000; turn += 1)
      await run(500, 0, little);
    await run(1000, 0, little);
    came.length = 0;
    for (let turn = 0; turn < 60 && came.length === 0; turn += 1) await run(500, 0, little);
    await run(500, 0, little);
    // In one go, at some 400 kbit/s; what follows it is a second away or more.
    const first = came.filter(({ ms }) => ms < came[0]!.ms + 500);
    expect(first.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(1400);
  }, 90_000);

  async function estimate(): Promise<number> {
    return (await stats()).availableOutgoingBitrate ?? 0;
  }
});

it('layers are those that were asked for, whatever the estimate', async () => {
  const layers = [1000, 1001, 1002];
  const simulcast = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({
      ssrc: 3000,
      higher: [{ ssrc: 3001 }, { ssrc: 3002 }],
      scalabilityMode: 'L1T3',
      extensions: ['transportCc'],
    }),
  });
  // No feedback comes: the estimate stays at 600 kbit/s at most, while each layer has several Mbit/s.
  const consumer = await consume(receiver.transport, simulcast, {
    ...parameters,
    encodings: [{ ssrc: 2000, scalabilityMode: 'L3T3' }],
  });
  await receiver.transport.setMaxOutgoingBitrate(100_000);
  const sources = layers.map((_, place) => new VideoSource({ ssrc: 3000 + place }));
  for (const spatialLayer of [2, 0, 1]) {
    await consumer.setPreferredLayers({ spatialLayer, temporalLayer: 2 });
    await until(() => {
      for (const layer of sources) sender.sendRtcp(senderReport(layer));
      for (const [place, layer] of sources.entries())
        for (const packet of layer.frame({
          keyFrame: true,
          packets: 6 + 2 * place,
          payloadBytes: 1100,
        }))
          sender.send(packet);
      const current = consumer.currentLayers?.spatialLayer;
      return current === spatialLayer ? undefined : `layer ${String(current)} is sent`;
    });
  }
});

it('a layer asked for too early is switched to once its sender reports have come', async () => {
  const simulcast = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({
      ssrc: 3000,
      higher: [{ ssrc: 3001 }],
      scalabilityMode: 'L1T3',
      extensions: ['transportCc'],
    }),
  });
  const consumer = await consume(receiver.transport, simulcast, {
    ...parameters,
    encodings: [{ ssrc: 2000, scalabilityMode: 'L2T3' }],
  });
  const [low, high] = [new VideoSource({ ssrc: 3000 }), new VideoSource({ ssrc: 3001 })];
  const reporting = (layers: readonly VideoSource[]) => () => {
    for (const layer of layers) sender.sendRtcp(senderReport(layer));
    return [low, high].flatMap((layer) => layer.frame({ keyFrame: true }));
  };
  await consumer.setPreferredLayers({ spatialLayer: 0, temporalLayer: 2 });
  await run(3000, 0, reporting([low]));
  await consumer.setPreferredLayers({ spatialLayer: 1, temporalLayer: 2 });
  await run(500, 0, reporting([low]));
  expect(consumer.currentLayers?.spatialLayer).toBe(0);
  await run(1000, 0, reporting([low, high]));
  expect(consumer.currentLayers?.spatialLayer).toBe(1);
});

/** Layers are aligned by capture time, so none can be switched to before its first sender report. */
function senderReport({ ssrc, timestamp }: VideoSource): Buffer {
  const rtpTimestamp = timestamp;
  return buildSenderReport({ ssrc, rtpTimestamp, wallMs: Date.now(), packets: 1, octets: 1000 });
}

describe('a receiver with bandwidth estimation that sends no feedback', () => {
  it('does not wake the worker more often than the estimator needs', async () => {
    await consume(receiver.transport, producer, parameters);
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    // Probing has its own pace; wait until it is over.
    await delay(6000);
    const before = wakeUps();
    await delay(3000);
    // Every 25 ms, with some for reports and other timers. With 5 ms it would be 600.
    expect(wakeUps() - before).toBeLessThan(300);
  });

  it('costs memory for seconds of packets, not for minutes', async (context) => {
    skipIfSanitized(context);
    await consume(receiver.transport, producer, parameters);
    for (const packet of source.frame({ keyFrame: true })) sender.send(packet);
    await flood(15_000);
    await delay(5500);
    const before = residentKb();
    for (let turn = 0; turn < 2; turn += 1) {
      await flood(15_000);
      await delay(5500);
    }
    // 30,000 packets remembered are about 7.5 MB.
    expect(residentKb() - before).toBeLessThan(3_000);
  }, 120_000);

  async function flood(packets: number): Promise<void> {
    for (let sent = 0; sent < packets; sent += 50) {
      for (const packet of source.frame({ packets: 50, payloadBytes: 20 })) sender.send(packet);
      await receiver.transport.getStats();
    }
    receiver.rtp.length = 0;
    receiver.rtpBytes.length = 0;
  }

  function wakeUps(): number {
    const status = readFileSync(`/proc/${bare.worker.pid}/status`, 'utf8');
    return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]);
  }

  function residentKb(): number {
    const status = readFileSync(`/proc/${bare.worker.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1]);
  }
});
