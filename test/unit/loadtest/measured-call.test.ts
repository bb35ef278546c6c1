import { describe, expect, it } from 'vitest';
import { loadTrace } from '../../../loadtest/traces/load-trace.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { ReceivedStream } from '../../../loadtest/media/received-stream.ts';
import { ReceiverLog } from '../../../loadtest/media/receiver-log.ts';
import { writeStamp } from '../../../loadtest/media/stamp.ts';
import { arrivals } from '../../../loadtest/run/kind-figures.ts';
import { percentiles } from '../../../loadtest/run/percentiles.ts';
import { MeasuredCall } from './measured-call.ts';

const spoken = {
  participant: 1,
  group: 0,
  kind: 'audio',
  encoding: 0,
  spatial: 0,
  temporal: 0,
  keyFrame: false,
  afterPause: false,
} as const;
const track = loadTrace('VP8').tracks[0]!;

describe('a call through a fake bridge', () => {
  it('reports 3 lost packets of 100 as 3 %', () => {
    const { audio } = new MeasuredCall('audio', (n) => (n % 100 < 3 ? undefined : 1))
      .run(60)
      .report();
    expect(audio.lossPercent).toBeGreaterThan(2.7);
    expect(audio.lossPercent).toBeLessThan(3.3);
  });

  it('reports speech as lost that a bridge leaves out without a gap in the sequence numbers', () => {
    const totals = new Measurements();
    const stream = new ReceivedStream(1, 'audio', new ReceiverLog(2, totals));
    let sequenceNumber = 65_000;
    for (let frame = 0; frame < 3000; frame += 1) {
      if (frame % 3 === 0) continue;
      const payload = Buffer.alloc(80);
      const speech = { frame, inSpurt: frame + 1 };
      writeStamp(payload, { ...spoken, counter: frame, speech, sentUs: frame * 20_000 });
      const header = { payloadType: 111, timestamp: 0, ssrc: 1, marker: false };
      const packet = { ...header, sequenceNumber: sequenceNumber++ & 0xffff, payload };
      stream.onPacket({ ...packet, extensions: new Map() }, frame * 20_000 + 1000);
      stream.due(frame * 20_000);
    }
    const { counts } = totals.snapshot();
    expect(counts).toMatchObject({ audioDelivered: 2000, audioLost: 0, speechLeftOut: 999 });
    expect(arrivals('audio', counts, 60, undefined).lossPercent).toBeCloseTo(33.3, 1);
  });

  it('reports a delay of 40 ms as 40 ms, and its tail', () => {
    const { audio } = new MeasuredCall('audio', (n) => (n % 50 === 0 ? 55 : 40)).run(60).report();
    expect(audio.delayMs?.p50).toBeGreaterThan(38);
    expect(audio.delayMs?.p50).toBeLessThan(42);
    expect(audio.delayMs?.p99).toBeGreaterThan(53);
    expect(audio.delayMs?.max).toBeLessThan(57);
  });

  it('reports no loss of a perfect bridge, and everything it sent as delivered', () => {
    const call = new MeasuredCall('audio', () => 0).run(10);
    const { audio, audioGaps, violations } = call.report();
    expect([audio.lossPercent, audioGaps, violations]).toEqual([0, 0, []]);
    expect(call.log.flows).toMatchObject([{ delivered: call.sender.packets, lost: 0 }]);
  });

  it.each([
    ['audio', { voices: 1, unheard: 1 }, 'voices not heard'],
    ['video', { views: 1, unseen: 1 }, 'cameras not seen'],
  ] as const)(
    'finds %s that stops for good, of which no later packet tells',
    (kind, pair, limit) => {
      const call: MeasuredCall = new MeasuredCall(
        kind,
        () => (call.time.nowMs() - startMs > 5000 ? undefined : 1),
        kind === 'video' ? track : undefined,
      );
      const startMs = call.time.nowMs();
      const report = call.run(20).report();
      expect(report.pairs).toMatchObject(pair);
      expect(report.violations.map((each) => each.limit)).toEqual([limit]);
    },
  );

  it('calls a hole of 80 ms in a voice an audio gap, and a limit broken', () => {
    const call = new MeasuredCall('audio', (n) => (n % 100 >= 50 && n % 100 < 53 ? undefined : 1));
    const report = call.run(20).report();
    expect(report.audioGaps).toBe(10);
    expect(report.violations.map(({ limit }) => limit)).toContain('audio gaps');
  });

  it('does not count a hole the generator may have made itself, nor leave out all others for it', () => {
    // One in each two seconds.
    const call = new MeasuredCall('audio', (n) => (n % 100 >= 50 && n % 100 < 53 ? undefined : 1));
    call.run(11);
    call.totals.record('stall', 450_000);
    const report = call.run(9).report();
    expect(report.audioGapMs?.count).toBe(10);
    expect(report.audioGaps).toBe(9);
    expect(report.violations.map(({ limit }) => limit)).toContain('audio gaps');
  });

  it('counts what came again by RTX as repaired, not as lost', () => {
    const call = new MeasuredCall(
      'video',
      (n, isRtx) => (!isRtx && n % 100 < 3 ? undefined : 1),
      track,
    );
    const { video } = call.run(30).report();
    expect(video.lossPercent).toBe(0);
    expect(video.repairedPercent).toBeGreaterThan(2.5);
    expect(video.repairedPercent).toBeLessThan(3.5);
  });

  it('neither asks on for packets nor waits for them when an empty one came in their place', () => {
    const totals = new Measurements();
    const stream = new ReceivedStream(1, 'video', new ReceiverLog(2, totals));
    const header = { payloadType: 100, ssrc: 1, marker: true, extensions: new Map() };
    const come = (number: number, payload: Buffer, nowUs: number) =>
      stream.onPacket({ ...header, sequenceNumber: number & 0xffff, timestamp: 0, payload }, nowUs);
    const asked: number[] = [];
    come(64, Buffer.alloc(0), 0); // padding that probes, before there is anything to miss
    for (let frame = 0; frame < 300; frame += 1) {
      const sentUs = frame * 33_000;
      const payload = Buffer.alloc(80);
      const stamp = { ...spoken, kind: 'video', keyFrame: frame === 0 } as const;
      writeStamp(payload, { ...stamp, counter: frame, speech: undefined, sentUs });
      if (frame % 10 !== 5) come(frame + 65_500, payload, sentUs);
      if (frame % 10 === 7) come(frame + 65_498, Buffer.alloc(0), sentUs);
      asked.push(...stream.due(sentUs).nacks);
    }
    const { counts, durations } = totals.snapshot();
    expect(counts).toMatchObject({ videoLost: 0, plisSent: 0 });
    expect(asked).toHaveLength(30);
    // Those that waited for it are shown with it.
    expect(counts.frames).toBe(240);
    expect(percentiles(durations.freeze)).toBeUndefined();
  });

  it('reports video as lost that did not come again either, and asks for a key frame', () => {
    const call = new MeasuredCall(
      'video',
      (n, isRtx) => (isRtx || n % 100 < 3 ? undefined : 1),
      track,
    );
    const report = call.run(30).report();
    expect(report.video.lossPercent).toBeGreaterThan(2.5);
    expect(report.video.lossPercent).toBeLessThan(3.5);
    expect(report.freezes).toBeGreaterThan(0);
    expect(call.totals.snapshot().counts.keyFramesSent).toBeGreaterThan(2);
  });

  it('reports a bridge that stands still for a second as a freeze of that length', () => {
    const call: MeasuredCall = new MeasuredCall('video', () => Math.max(1, holdMs(call)), track);
    const startMs = call.time.nowMs();
    const holdMs = ({ time }: MeasuredCall) => {
      const at = time.nowMs() - startMs - 10_000;
      return at >= 0 && at < 1000 ? 1000 - at : 0;
    };
    const { freezes, freezeMs } = call.run(20).report();
    expect(freezes).toBe(1);
    expect(freezeMs?.max).toBeGreaterThan(900);
    expect(freezeMs?.max).toBeLessThan(1200);
  });
});
