import { describe, expect, it } from 'vitest';
import { offeredMedia } from '../../../demo/focus/offer.ts';
import { MediaReceiver } from '../../../loadtest/client/media-receiver.ts';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { ReceiverLog } from '../../../loadtest/media/receiver-log.ts';
import { STAMP_BYTES, writeStamp } from '../../../loadtest/media/stamp.ts';
import { extensionId } from '../../../loadtest/rtp/extension-id.ts';
import { parseRtcp } from '../../../loadtest/rtp/rtcp-packet.ts';
import { buildRtp, parseRtp } from '../../../loadtest/rtp/rtp-packet.ts';
import { TransportCcReceiver } from '../../../loadtest/rtp/transport-cc.ts';

const VOICE = 11;
const CAMERA = 12;
const OWN = 99;
const OPUS = 111;
const VP8 = 100;
const SECOND = 1_000_000;

/** Transport-wide feedback taken apart by draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1, as far as ours goes. */
function arrivalsOf(packet: Buffer): ReadonlyMap<number, number | undefined> {
  const [base, count] = [packet.readUInt16BE(12), packet.readUInt16BE(14)];
  let atUs = packet.readUIntBE(16, 3) * 64_000;
  let offset = 20 + Math.ceil(count / 7) * 2;
  const symbolOf = (place: number) =>
    (packet.readUInt16BE(20 + Math.floor(place / 7) * 2) >> (12 - (place % 7) * 2)) & 3;
  const arrivals = new Map<number, number | undefined>();
  for (let place = 0; place < count; place += 1) {
    const symbol = symbolOf(place);
    if (symbol !== 0)
      atUs += (symbol === 1 ? packet.readUInt8(offset) : packet.readInt16BE(offset)) * 250;
    offset += symbol;
    arrivals.set((base + place) & 0xffff, symbol === 0 ? undefined : atUs);
  }
  return arrivals;
}

function numbered(transportSequence: number, ssrc = CAMERA, sequenceNumber = transportSequence) {
  const payload = Buffer.alloc(STAMP_BYTES);
  const kind = ssrc === VOICE ? 'audio' : 'video';
  const layers = { encoding: 0, spatial: 0, temporal: 0, keyFrame: false, afterPause: false };
  const origin = { participant: 1, group: 0, kind, counter: sequenceNumber } as const;
  writeStamp(payload, { ...origin, ...layers, speech: undefined, sentUs: 0 });
  const wide = Buffer.alloc(2);
  wide.writeUInt16BE(transportSequence & 0xffff);
  return buildRtp({
    payloadType: ssrc === VOICE ? OPUS : VP8,
    sequenceNumber: sequenceNumber & 0xffff,
    timestamp: 0,
    ssrc,
    marker: false,
    extensions: new Map([[extensionId.transportCc, wide]]),
    payload,
  });
}

/** A receiver to which a packet of camera and voice in turn comes each 10 ms, for some seconds. */
function received(
  seconds: number,
  change: { readonly lost?: (packet: number) => boolean; readonly voiceOnly?: boolean } = {},
) {
  const sent: { readonly atUs: number; readonly packet: Buffer }[] = [];
  let nowUs = 5 * SECOND;
  const receiver = new MediaReceiver({
    log: new ReceiverLog(2, new Measurements()),
    feedbackSsrc: OWN,
    media: offeredMedia,
    send: (packet) => void sent.push({ atUs: nowUs, packet }),
  });
  const came = new Map<number, number>();
  for (let packet = 0; packet < seconds * 100; packet += 1) {
    nowUs += 10_000;
    const ssrc = change.voiceOnly || packet % 2 === 0 ? VOICE : CAMERA;
    const each = change.voiceOnly ? packet : packet >> 1;
    if (change.lost?.(packet) !== true) {
      came.set(packet, nowUs);
      receiver.onRtp(numbered(packet, ssrc, each), nowUs, 0);
    }
    if (packet === 50) receiver.onSenderReport(VOICE, 0x1234_5678, nowUs);
    receiver.tick(nowUs);
  }
  const of = (type: string) => sent.filter(({ packet }) => parseRtcp(packet)[0]?.type === type);
  return { feedback: of('transport-cc'), reports: of('receiver-report'), came };
}

describe('what a client says of what it receives', () => {
  it.each([false, true])(
    'is when each packet came, every 100 ms (voices only: %s)',
    (voiceOnly) => {
      const { feedback, came } = received(3, { voiceOnly, lost: (n) => n === 120 || n === 121 });
      expect(feedback.length).toBeGreaterThanOrEqual(29);
      const steps = feedback.slice(1).map(({ atUs }, at) => atUs - feedback[at]!.atUs);
      expect(new Set(steps)).toEqual(new Set([100_000]));
      const [header] = parseRtcp(feedback.at(-1)!.packet);
      expect(header).toMatchObject({ sender: OWN, media: voiceOnly ? VOICE : CAMERA });
      const counts = feedback.map(({ packet }) => packet.readUInt8(19));
      expect(counts).toEqual(counts.map((_, at) => at));
      const told = new Map(feedback.flatMap(({ packet }) => [...arrivalsOf(packet)]));
      const missing = [...told].filter(([, atUs]) => atUs === undefined);
      expect(missing.map(([number]) => number)).toEqual([120, 121]);
      for (const [number, atUs] of told) {
        if (atUs !== undefined) expect(Math.abs(came.get(number)! - atUs)).toBeLessThanOrEqual(250);
      }
      expect(told.size).toBeGreaterThanOrEqual(290);
    },
  );

  it('is how much of each stream was lost, every second', () => {
    // Of the voice one in ten, none of the camera.
    const { reports } = received(4, { lost: (packet) => packet > 0 && packet % 20 === 0 });
    expect(reports).toHaveLength(4);
    const steps = reports.slice(1).map(({ atUs }, at) => atUs - reports[at]!.atUs);
    expect(steps).toEqual([SECOND, SECOND, SECOND]);
    const { packet } = reports.at(-1)!;
    expect(parseRtcp(packet)[0]).toMatchObject({ ssrc: OWN, sources: [VOICE, CAMERA] });
    const block = (place: number) => packet.subarray(8 + place * 24, 32 + place * 24);
    const [voice, camera] = [block(0), block(1)];
    expect(voice.readUInt8(4) / 256).toBeCloseTo(0.1, 1);
    expect(voice.readUIntBE(5, 3)).toBeGreaterThan(10);
    expect(camera.readUIntBE(4, 4)).toBe(0);
    expect(camera.readUInt32BE(8)).toBeGreaterThan(145);
    // The sender report came after half a second.
    expect(voice.readUInt32BE(16)).toBe(0x1234_5678);
    expect(voice.readUInt32BE(20) / 65_536).toBeGreaterThan(2);
    expect(camera.readUInt32BE(16)).toBe(0);
  });
});

describe('transport-wide feedback', () => {
  function told(...rounds: readonly (readonly number[])[]) {
    const receiver = new TransportCcReceiver();
    let nowUs = SECOND;
    return rounds.map((numbers) => {
      for (const number of numbers) receiver.onPacket(parseRtp(numbered(number)), (nowUs += 1000));
      const packet = receiver.feedback(1, 2);
      return (
        packet && [...arrivalsOf(packet)].map(([number, atUs]) => [number, atUs !== undefined])
      );
    });
  }

  it('tells of a packet that comes after those behind it were told of', () => {
    expect(told([10, 11, 13], [12, 14], [])).toEqual([
      [
        [10, true],
        [11, true],
        [12, false],
        [13, true],
      ],
      [
        [12, true],
        [13, true],
        [14, true],
      ],
      undefined,
    ]);
  });

  it('goes over the end of the numbers', () => {
    expect(told([0xffff], [1])).toEqual([
      [[0xffff, true]],
      [
        [0, false],
        [1, true],
      ],
    ]);
  });

  it('begins anew where somebody else counts, rather than call half of all numbers lost', () => {
    expect(told([10], [40_000, 40_001], [11])).toEqual([
      [[10, true]],
      [
        [40_000, true],
        [40_001, true],
      ],
      [[11, true]],
    ]);
  });
});
