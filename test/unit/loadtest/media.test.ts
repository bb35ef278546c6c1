import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AudioGaps } from '../../../loadtest/media/audio-gaps.ts';
import { AudioSender } from '../../../loadtest/media/audio-sender.ts';
import { Histogram } from '../../../loadtest/media/histogram.ts';
import { Link, perfectNetwork } from '../../../loadtest/media/link.ts';
import { readNumbers } from '../../../loadtest/media/picture-numbers.ts';
import { SequenceTracker } from '../../../loadtest/media/sequence-tracker.ts';
import {
  MAX_GROUPS,
  readStamp,
  restamp,
  type Stamp,
  STAMP_BYTES,
  writeStamp,
} from '../../../loadtest/media/stamp.ts';
import { TalkSpurts } from '../../../loadtest/media/talk-spurt.ts';
import type { Trace, VideoCodec } from '../../../loadtest/media/trace.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { VideoSender } from '../../../loadtest/media/video-sender.ts';
import { extensionId } from '../../../loadtest/rtp/extension-id.ts';
import { parseRtp, type RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { loadTrace } from '../../../loadtest/traces/load-trace.ts';
import { seededRandom } from '../../support/seeded-random.ts';

describe('Histogram', () => {
  it('knows every quantile to within 1/64', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4e9 }), { minLength: 1 }), (values) => {
        const histogram = new Histogram();
        for (const value of values) histogram.record(value);
        const sorted = values.toSorted((a, b) => a - b);
        for (const share of [0.5, 0.99, 1]) {
          const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1]!;
          expect(Math.abs(histogram.quantile(share)! - exact)).toBeLessThanOrEqual(exact / 64);
        }
      }),
    );
  });

  it('gives the window between two snapshots', () => {
    const histogram = new Histogram();
    histogram.record(5);
    const before = histogram.buckets();
    histogram.record(70_000);
    const window = new Histogram().add(histogram.buckets()).subtract(before);
    expect(window.count).toBe(1);
    expect(window.quantile(0.5)).toBeCloseTo(70_000, -3);
    expect(new Histogram().quantile(0.5)).toBeUndefined();
  });
});

describe('a stamp', () => {
  it('comes out of the payload as it went in', () => {
    const stamp = {
      participant: 0xffff_0001,
      group: MAX_GROUPS - 1,
      kind: 'video',
      encoding: 2,
      spatial: 5,
      temporal: 3,
      keyFrame: true,
      afterPause: false,
      counter: 0xffff_fffe,
      speech: { frame: 0xffff, inSpurt: 1 },
      sentUs: 123_456_789.25,
    } as const;
    const payload = Buffer.alloc(STAMP_BYTES + 3);
    writeStamp(payload, stamp);
    expect(readStamp(payload)).toEqual(stamp);
    expect(readStamp(Buffer.alloc(STAMP_BYTES + 3))).toBeUndefined();
    expect(readStamp(Buffer.alloc(2))).toBeUndefined();
    restamp(payload, 5);
    expect(readStamp(payload)).toEqual({ ...stamp, sentUs: 5 });
  });
});

/** Of somebody who talks in spurts. */
function microphoneOf(emit: (packet: RtpPacket) => void): AudioSender {
  return new AudioSender({
    participant: 1,
    group: 0,
    ssrc: 1,
    payloadType: 111,
    endless: false,
    random: seededRandom(),
    startUs: 0,
    nextTransportSequence: () => 0,
    totals: new Measurements(),
    emit: (packet) => emit(parseRtp(packet)),
  });
}

describe('a microphone', () => {
  const sent: { readonly atUs: number; readonly level: number; readonly talking: boolean }[] = [];
  let nowUs = 0;
  const microphone = microphoneOf(({ extensions, payload }) => {
    const level = extensions.get(extensionId.audioLevel)!.readUInt8(0);
    sent.push({ atUs: nowUs, level, talking: readStamp(payload)?.speech !== undefined });
  });
  for (; nowUs < 600e6; nowUs = microphone.dueUs) microphone.send(nowUs);
  const spoken = sent.filter(({ talking }) => talking);

  it('says how loud it is: of speech with the voice bit, of a room without', () => {
    expect(new Set(spoken.map(({ level }) => level >> 7))).toEqual(new Set([1]));
    expect(Math.min(...spoken.map(({ level }) => level & 0x7f))).toBeGreaterThan(10);
    expect(Math.max(...spoken.map(({ level }) => level & 0x7f))).toBeLessThan(40);
    const silent = new Set(sent.flatMap(({ talking, level }) => (talking ? [] : level)));
    expect([...silent].every((level) => level > 45 && level < 127)).toBe(true);
  });

  it('sends each 20 ms while somebody talks, and each 400 ms of a pause', () => {
    const steps = (talking: boolean) =>
      sent
        .slice(1)
        .flatMap((each, at) =>
          each.talking === talking && sent[at]!.talking === talking
            ? each.atUs - sent[at]!.atUs
            : [],
        );
    expect(new Set(steps(false))).toEqual(new Set([400_000]));
    // What is longer is a pause between two words that was shorter than 400 ms.
    const within = steps(true).filter((us) => us === 20_000);
    expect(within.length).toBeGreaterThan(steps(true).length * 0.95);
    // 38 % of the time: the means of P.59.
    expect((spoken.length * 20_000) / nowUs).toBeCloseTo(1 / 2.6, 1);
  });
});

describe('AudioGaps', () => {
  /** Two minutes of somebody who talks in spurts, through a bridge that lets only some packets pass. */
  function gapsBehind(passes: (stamp: Stamp) => boolean): { gaps: number; spurts: number } {
    const watch = new AudioGaps();
    const found = { gaps: 0, spurts: 0 };
    let nowUs = 0;
    const sender = microphoneOf(({ payload }) => {
      const stamp = readStamp(payload)!;
      if (stamp.speech?.inSpurt === 1) found.spurts += 1;
      if (!passes(stamp)) return;
      if (watch.onPacket(stamp, stamp.counter, nowUs)?.gapUs !== undefined) found.gaps += 1;
    });
    for (; nowUs < 120e6; nowUs = sender.dueUs) sender.send(nowUs);
    return found;
  }

  it('finds none in pauses, whether their packets come or not', () => {
    expect(gapsBehind(() => true).gaps).toBe(0);
    expect(gapsBehind(({ speech }) => speech !== undefined).gaps).toBe(0);
  });

  it('finds the start of a word cut off, and the end', () => {
    const cutOff = gapsBehind(({ speech }) => speech === undefined || speech.inSpurt > 3);
    // A spurt may be shorter than that.
    expect(cutOff.gaps).toBeGreaterThan(cutOff.spurts * 0.8);
    expect(cutOff.gaps).toBeLessThanOrEqual(cutOff.spurts);
    const clipped = gapsBehind(({ speech }) => speech === undefined || speech.inSpurt > 2);
    expect(clipped.gaps).toBe(0);
    const ended = gapsBehind(({ speech }) => speech === undefined || speech.inSpurt < 25);
    expect(ended.gaps).toBeGreaterThan(ended.spurts / 3);
  });

  it('finds a hole in mid-spurt once', () => {
    const holed = gapsBehind(({ speech }) => !speech || speech.inSpurt < 10 || speech.inSpurt > 14);
    expect(holed.gaps).toBeGreaterThan(holed.spurts / 2);
    expect(holed.gaps).toBeLessThanOrEqual(holed.spurts);
  });
});

describe('TalkSpurts', () => {
  it('has the means of P.59: 1.0 s of speech, 1.6 s of silence', () => {
    const talk = new TalkSpurts(seededRandom());
    let [talking, spurts, was] = [0, 0, false];
    const steps = 2_000_000;
    for (let step = 0; step < steps; step += 1) {
      const is = talk.talkingAt(step * 10_000);
      if (is) talking += 1;
      if (is && !was) spurts += 1;
      was = is;
    }
    expect((talking * 0.01) / spurts).toBeCloseTo(1.0, 1);
    expect(((steps - talking) * 0.01) / spurts).toBeCloseTo(1.6, 1);
  });
});

describe('Link', () => {
  const count = (link: Link, packets: number) => {
    const runs: number[] = [];
    let run = 0;
    for (let n = 0; n < packets; n += 1) {
      if (link.take(1000, n * 1000) === undefined) run += 1;
      else if (run > 0) {
        runs.push(run);
        run = 0;
      }
    }
    return runs;
  };

  it('loses the share it was told to, in bursts of the mean it was told', () => {
    const link = new Link({ ...perfectNetwork, loss: 0.05, burst: 4 }, seededRandom());
    const runs = count(link, 200_000);
    expect(link.lost / 200_000).toBeCloseTo(0.05, 2);
    expect(runs.reduce((a, b) => a + b, 0) / runs.length).toBeCloseTo(4, 0);
  });

  it('delays, and caps the rate with a queue of 300 ms', () => {
    const delayed = new Link({ ...perfectNetwork, delayMs: 30 }, seededRandom());
    expect(delayed.take(1000, 0)).toBe(30_000);
    const capped = new Link({ ...perfectNetwork, capBps: 800_000 }, seededRandom());
    const waits = Array.from({ length: 40 }, () => capped.take(1000, 0));
    expect(waits.slice(0, 2)).toEqual([10_000, 20_000]);
    expect(waits.filter((wait) => wait !== undefined)).toHaveLength(31);
    expect(capped.take(1000, 1e6)).toBe(10_000);
  });
});

describe('SequenceTracker', () => {
  it('asks for what is missing, takes it when it comes and gives it up after a second', () => {
    const tracker = new SequenceTracker();
    for (const [at, number] of [65_534, 65_535, 2, 3].entries()) tracker.onPacket(number, at);
    expect(tracker.dueNacks(10)).toEqual([0, 1]);
    expect(tracker.dueNacks(20)).toEqual([]);
    expect(tracker.onPacket(0, 30)).toBe('repaired');
    expect(tracker.onPacket(0, 40)).toBe('duplicate');
    expect(tracker.dueNacks(200_000)).toEqual([1]);
    expect(tracker.giveUp(900_000)).toBe(0);
    expect(tracker.giveUp(1_100_000)).toBe(1);
    expect([tracker.expected, tracker.lost, tracker.missing]).toEqual([6, 1, 0]);
  });
});

function cameraOf(trace: Trace, encoding: number, emit: (packet: RtpPacket) => void): VideoSender {
  return new VideoSender({
    participant: 1,
    group: 0,
    codec: trace.codec,
    track: trace.tracks[encoding]!,
    framesPerSecond: trace.framesPerSecond,
    encoding,
    ssrc: 1,
    rtx: 2,
    payloadType: 100,
    rtxPayloadType: 96,
    random: seededRandom(),
    startUs: 0,
    nextTransportSequence: () => 0,
    totals: new Measurements(),
    emit: (packet) => emit(parseRtp(packet)),
  });
}

it('repeats the dependency descriptor of a packet that is asked for again', () => {
  const sent: RtpPacket[] = [];
  const camera = cameraOf(loadTrace('AV1'), 0, (packet) => sent.push(packet));
  camera.send(0);
  const [first] = sent.splice(0);
  camera.retransmit([first!.sequenceNumber]);
  const descriptor = first!.extensions.get(extensionId.dependencyDescriptor);
  expect(descriptor!.length).toBeGreaterThan(0);
  expect(sent[0]!.extensions.get(extensionId.dependencyDescriptor)).toEqual(descriptor);
});

describe.each(['VP9', 'AV1'] as const)('an SVC camera with %s', (codec) => {
  const sent: RtpPacket[] = [];
  const camera = cameraOf(loadTrace(codec), 0, (packet) => sent.push(packet));
  const after = (pictures: number) => {
    sent.length = 0;
    for (let picture = 0; picture < pictures; picture += 1) camera.send(picture * 33_000);
    return sent.map(({ payload }) => readStamp(payload)!);
  };

  it('encodes the layers that are wanted, ends each picture, and begins more with a key frame', () => {
    expect(camera.layers.map(({ height }) => height)).toEqual([180, 360, 720]);
    camera.setLayers(1);
    const stamps = after(97);
    expect(new Set(stamps.map(({ spatial }) => spatial))).toEqual(new Set([0]));
    const kbps = (sent.reduce((sum, { payload }) => sum + payload.length, 0) * 8 * 30) / 97 / 1000;
    expect(kbps).toBeLessThan(250);
    const pictures = new Map(sent.map(({ timestamp, marker }) => [timestamp, marker]));
    expect([...pictures.values()].every((marker) => marker)).toBe(true);
    camera.setLayers(2);
    expect(after(1).every(({ keyFrame }) => keyFrame)).toBe(true);
    camera.setLayers(1);
    expect(after(1).some(({ keyFrame }) => keyFrame)).toBe(false);
    camera.setLayers(0);
    expect(after(1)).toEqual([]);
  });
});

describe.each<VideoCodec>(['VP8', 'VP9', 'AV1'])('a %s trace', (codec) => {
  const trace = loadTrace(codec);

  it('goes on counting over its end and over a key frame on request', () => {
    for (const encoding of trace.tracks.keys()) {
      const packets: RtpPacket[] = [];
      const sender = cameraOf(trace, encoding, (packet) => packets.push(packet));
      for (let frame = 0; frame < 400; frame += 1) {
        if (frame === 150) sender.requestKeyFrame();
        sender.send(frame * 33_000);
      }
      const numbers = packets.map(({ payload, extensions }) =>
        readNumbers(codec, {
          bytes: 0,
          spatial: 0,
          temporal: 0,
          marker: false,
          head: payload,
          descriptor: extensions.get(extensionId.dependencyDescriptor) ?? Buffer.alloc(0),
        }),
      );
      const mask = codec === 'AV1' ? 0xffff : 0x7fff;
      const steps = numbers
        .slice(1)
        .map(({ picture }, at) => (picture - numbers[at]!.picture) & mask);
      // The same picture, or the next one: no step back, no hole.
      expect(steps.every((step) => step <= 1)).toBe(true);
      expect(packets.every(({ payload }) => payload.length <= 1250)).toBe(true);
    }
  });

  it('is of about the bit rate a Jitsi client sends', () => {
    const rates = trace.tracks.map(({ pictures }) => {
      const bytes = pictures.flat().reduce((sum, packet) => sum + packet.bytes, 0);
      return (bytes * 8 * trace.framesPerSecond) / pictures.length / 1000;
    });
    expect(rates.every((kbps, at) => kbps > (rates[at - 1] ?? 100))).toBe(true);
    expect(rates.at(-1)).toBeGreaterThan(900);
    expect(rates.at(-1)).toBeLessThan(2000);
    expect(trace.tracks).toHaveLength(codec === 'VP8' ? 3 : 1);
  });
});
