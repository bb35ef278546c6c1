import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ssrc } from '../../../src/model/ids.ts';
import type { LayerIndex } from '../../../src/model/layer.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { buildNack, buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import type { RtpPacket } from '../../../loadtest/rtp/rtp-packet.ts';
import { unwrapRtx } from '../../../loadtest/rtp/rtp-packet.ts';
import { parseVp8 } from '../../support/rtp/vp8-payload.ts';
import { parseVp9 } from '../../support/rtp/vp9-payload.ts';
import { until } from '../../support/until.ts';
import {
  camera,
  feedbackSsrcs,
  forwarded,
  letHear,
  mediaOptions,
  microphone,
  notMuted,
  packets,
  type Participant,
  recordingLogger,
  TestConference,
} from './media-fixture.ts';

let plane: MediasoupPlane;
let conference: TestConference;
let alice: Participant;
let bob: Participant;
const flows: { stop(): void }[] = [];

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
});
afterAll(() => plane.close());
beforeEach(async () => {
  conference = await TestConference.open(plane);
  alice = await conference.join('alice');
  bob = await conference.join('bob');
});
afterEach(() => {
  for (const flow of flows.splice(0)) flow.stop();
  conference.close();
});

function flowing<T extends { stop(): void }>(flow: T): T {
  flows.push(flow);
  return flow;
}

/** Steps from each packet to the next, in order of arrival. */
function steps(received: readonly RtpPacket[]): number[] {
  return received
    .slice(1)
    .map((packet, place) => (packet.sequenceNumber - received[place]!.sequenceNumber) & 0xffff);
}

describe('audio', () => {
  it("arrives on the sender's own SSRC with its level and nothing else", async () => {
    const source = microphone(alice.id, 1001);
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    flowing(new AudioFlow({ client: alice.client, ssrc: 1001, levelDbov: -33 }));
    await packets(bob.client, 1001, 10);
    const [packet] = bob.client.packetsOf(1001);
    expect(packet?.payloadType).toBe(111);
    expect([...packet!.extensions]).toEqual([[1, Buffer.from([0x80 | 33])]]);
    expect(bob.client.received.every((received) => received.ssrc === 1001)).toBe(true);
    expect(new Set(steps(bob.client.packetsOf(1001)))).toEqual(new Set([1]));
  });

  it('carries tones of a dialpad beside opus', async () => {
    const source = microphone(alice.id, 1001);
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const voice = flowing(new AudioFlow({ client: alice.client, ssrc: 1001 }));
    await packets(bob.client, 1001, 5);
    voice.stop();
    flowing(new AudioFlow({ client: alice.client, ssrc: 1001, payloadType: 126, first: 1000 }));
    await until(() =>
      bob.client.packetsOf(1001).some(({ payloadType }) => payloadType === 126)
        ? undefined
        : 'no telephone-event',
    );
  });

  it('of a forced mute goes no further, and comes back after it', async () => {
    const source = letHear(bob, alice, 1001);
    flowing(new AudioFlow({ client: alice.client, ssrc: 1001 }));
    await packets(bob.client, 1001, 10);
    alice.endpoint.setReception({ sources: [source], muted: { audio: true, video: false } });
    await silence(bob, 1001);
    const before = bob.client.packetsOf(1001).length;
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    await packets(bob.client, 1001, before + 10);
  });

  it('reports levels and the dominant speaker', async () => {
    const sources = [microphone(alice.id, 1001), microphone(bob.id, 2001)] as const;
    alice.endpoint.setReception({ sources: [sources[0]], muted: notMuted });
    bob.endpoint.setReception({ sources: [sources[1]], muted: notMuted });
    flowing(new AudioFlow({ client: alice.client, ssrc: 1001, levelDbov: -60 }));
    flowing(new AudioFlow({ client: bob.client, ssrc: 2001, levelDbov: -15 }));
    await until(() => {
      const levels = conference.eventsOf('audio-levels').find((event) => event.levels.length === 2);
      if (!levels) return 'no levels of both';
      expect(levels.levels[0]).toMatchObject({ endpointId: 'bob', dBov: -15 });
      return undefined;
    });
    await until(() =>
      conference.eventsOf('dominant-speaker').some(({ endpointId }) => endpointId === 'bob')
        ? undefined
        : 'bob is not the dominant speaker',
    );
  });
});

it('hears a microphone that sends few packets', async () => {
  alice.endpoint.setReception({ sources: [microphone(alice.id, 1001)], muted: notMuted });
  flowing(new AudioFlow({ client: alice.client, ssrc: 1001, levelDbov: -25, packetMs: 60 }));
  await until(() => {
    const levels = conference.eventsOf('audio-levels').flatMap((event) => event.levels);
    return levels.length > 0 ? undefined : 'no level';
  });
});

describe('video', () => {
  it("shows the asked layer on the sender's first SSRC and switches without a gap", async () => {
    const source = camera(alice.id, 3001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const flow = flowing(new VideoFlow({ client: alice.client, encodings: source.encodings }));
    const watch = (encoding: number) =>
      bob.endpoint.setPlan({
        streams: [forwarded(alice.id, source, { layer: { encoding, spatial: 0, temporal: 2 } })],
        idealBps: 0,
      });
    watch(0);
    await forwardedLayer('bob', 0);
    watch(2);
    await forwardedLayer('bob', 2);
    watch(0);
    await forwardedLayer('bob', 0);
    await packets(bob.client, 3001, 21);
    const received = bob.client.packetsOf(3001);
    expect(new Set(steps(received))).toEqual(new Set([1]));
    expect(received.every(({ payloadType }) => payloadType === 100)).toBe(true);
    expect(parseVp8(received[0]!.payload).keyFrame).toBe(true);
    expect(flow.keyFrameRequests.some((requests) => requests > 0)).toBe(true);
    expect(conference.eventsOf('codec')).toContainEqual(
      expect.objectContaining({ source: source.name, codec: 'VP8' }),
    );
  });

  it('keeps one sequence on a slot that is handed from source to source', async () => {
    const carol = await conference.join('carol');
    const ofAlice = camera(alice.id, 3001);
    const ofCarol = camera(carol.id, 4001);
    alice.endpoint.setReception({ sources: [ofAlice], muted: notMuted });
    carol.endpoint.setReception({ sources: [ofCarol], muted: notMuted });
    flowing(new VideoFlow({ client: alice.client, encodings: ofAlice.encodings, mark: 1 }));
    flowing(new VideoFlow({ client: carol.client, encodings: ofCarol.encodings, mark: 2 }));
    const slot = { ssrc: ssrc(777_001), rtx: ssrc(777_002) };
    const marks = [1, 2, 1, 2];
    for (const mark of marks) {
      const stream =
        mark === 1 ? forwarded(alice.id, ofAlice, slot) : forwarded(carol.id, ofCarol, slot);
      bob.endpoint.setPlan({ streams: [stream], idealBps: 0 });
      await until(() => {
        const last = bob.client.packetsOf(777_001).at(-1);
        return last?.payload.at(-1) === mark ? undefined : `the slot does not show ${mark}`;
      });
    }
    const received = bob.client.packetsOf(777_001);
    const seen = received.map(({ payload }) => payload.at(-1));
    expect(seen.filter((mark, place) => mark !== seen[place - 1])).toEqual(marks);
    // A source that was cut in the middle of a frame costs one number on purpose (patch rtp-continuity).
    expect(steps(received).filter((step) => step !== 1 && step !== 2)).toEqual([]);
    const times = received.map(({ timestamp }) => timestamp);
    expect(times.slice(1).every((time, place) => ((time - times[place]!) | 0) >= 0)).toBe(true);
  });

  it('follows a codec change on the live SSRC', async () => {
    const source = camera(alice.id, 3001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const flow = flowing(new VideoFlow({ client: alice.client, encodings: source.encodings }));
    await packets(bob.client, 3001, 10);
    flow.setPayloadType(107);
    await until(() =>
      conference.eventsOf('codec').at(-1)?.codec === 'H264' ? undefined : 'still VP8',
    );
    flow.setPayloadType(100);
    const before = bob.client.packetsOf(3001).length;
    await packets(bob.client, 3001, before + 10);
    expect(conference.eventsOf('codec').map(({ codec }) => codec)).toEqual(['VP8', 'H264', 'VP8']);
    const received = bob.client.packetsOf(3001);
    expect(steps(received).filter((step) => step !== 1 && step !== 2)).toEqual([]);
  });

  it('follows a change from simulcast to SVC and back, on the first SSRC', async () => {
    const source = camera(alice.id, 3001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const flow = flowing(new VideoFlow({ client: alice.client, encodings: source.encodings }));
    const watch = (layer: LayerIndex) =>
      bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, { layer })], idealBps: 0 });
    watch({ encoding: 2, spatial: 0, temporal: 2 });
    await forwardedLayer('bob', 2);
    flow.setPayloadType(101);
    watch({ encoding: 0, spatial: 2, temporal: 2 });
    const spatialLayers = () => {
      const vp9 = bob.client.packetsOf(3001).filter(({ payloadType }) => payloadType === 101);
      return vp9.slice(-6).map(({ payload }) => parseVp9(payload).spatialLayer);
    };
    await until(() =>
      spatialLayers().includes(2) ? undefined : `layers ${spatialLayers().join()}`,
    );
    watch({ encoding: 0, spatial: 0, temporal: 0 });
    await until(() =>
      Math.max(...spatialLayers()) === 0 ? undefined : `layers ${spatialLayers().join()}`,
    );
    await until(() => {
      const layers = conference.eventsOf('layers').at(-1)?.layers ?? [];
      const spatial = new Set(layers.map(({ index }) => index.spatial));
      return spatial.size === 3 ? undefined : `${spatial.size} spatial layers`;
    });
    // Only the top encoding comes back: its SSRC was not part of the SVC producer.
    flow.setActive([2]);
    flow.setPayloadType(100);
    watch({ encoding: 2, spatial: 0, temporal: 2 });
    await until(() => {
      const { payloadType } = bob.client.packetsOf(3001).at(-1)!;
      return payloadType === 100 ? undefined : 'still VP9';
    });
    expect(conference.eventsOf('codec').map(({ codec }) => codec)).toEqual(['VP8', 'VP9', 'VP8']);
    const received = bob.client.packetsOf(3001);
    expect(steps(received).filter((step) => step !== 1 && step !== 2)).toEqual([]);
  });

  it('repeats lost packets to the receiver and asks the sender for its own', async () => {
    const source = camera(alice.id, 3001, 1);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const flow = flowing(new VideoFlow({ client: alice.client, encodings: source.encodings }));
    await packets(bob.client, 3001, 20);
    const wanted = bob.client.packetsOf(3001)[15]!;
    bob.client.send(buildNack(1, 3001, [wanted.sequenceNumber]));
    await packets(bob.client, 3011, 1);
    const [repeated] = bob.client.packetsOf(3011);
    expect(repeated?.payloadType).toBe(96);
    expect(unwrapRtx(repeated!)).toEqual({
      sequenceNumber: wanted.sequenceNumber,
      payload: wanted.payload,
    });

    const lost = flow.loseNext(0);
    await until(() =>
      alice.client.feedbackOf('nack').some((nack) => nack.lost.includes(lost))
        ? undefined
        : `no NACK for ${lost}`,
    );
    expect(alice.client.feedbackOf('nack')[0]).toMatchObject({ sender: feedbackSsrcs.video });
    expect(alice.client.feedbackOf('pli')[0]).toMatchObject({ sender: feedbackSsrcs.video });
    await until(() => {
      const numbers = bob.client.packetsOf(3001).map(({ sequenceNumber }) => sequenceNumber);
      const [first, last] = [numbers[0]!, numbers.at(-1)!];
      const missing = ((last - first) & 0xffff) + 1 - new Set(numbers).size;
      return missing === 0 ? undefined : `${missing} packets are missing`;
    });
  });

  it('carries the MID of its slot on every packet, and never the one of the sender', async () => {
    const carol = await conference.join('carol');
    const source = camera(alice.id, 3001, 1);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const slot = { ssrc: ssrc(777_001), rtx: ssrc(777_002), mid: 'v0' };
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, slot)], idealBps: 0 });
    carol.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    flowing(
      new VideoFlow({
        client: alice.client,
        encodings: source.encodings,
        extensions: new Map([
          [3, Buffer.from([1, 2, 3])],
          [5, Buffer.from([0, 1])],
          [10, Buffer.from('0')],
        ]),
      }),
    );
    await packets(bob.client, 777_001, 10);
    await packets(carol.client, 3001, 10);
    const wanted = bob.client.packetsOf(777_001)[5]!;
    bob.client.send(buildNack(1, 777_001, [wanted.sequenceNumber]));
    await packets(bob.client, 777_002, 1);
    const ofSlot = [...bob.client.packetsOf(777_001), ...bob.client.packetsOf(777_002)];
    const mids = ofSlot.map(({ extensions }) => extensions.get(10)?.toString());
    expect(new Set(mids)).toEqual(new Set(['v0']));
    // All else there may be is padding that probes the bandwidth.
    const others = bob.client.received.filter((packet) => !ofSlot.includes(packet));
    expect(others.every((packet) => packet.ssrc === feedbackSsrcs.video)).toBe(true);
    const extensionIds = carol.client
      .packetsOf(3001)
      .flatMap(({ extensions }) => [...extensions.keys()]);
    expect(new Set(extensionIds)).toEqual(new Set([5]));
  });

  it('passes key frame requests on, a few of each receiver', async () => {
    const carol = await conference.join('carol');
    const source = camera(alice.id, 3001, 1);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    for (const receiver of [bob, carol])
      receiver.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const flow = flowing(new VideoFlow({ client: alice.client, encodings: source.encodings }));
    await packets(bob.client, 3001, 10);
    await packets(carol.client, 3001, 10);
    const before = flow.keyFrameRequests[0]!;
    const asking = setInterval(() => bob.client.send(buildPli(1, 3001)), 5);
    flows.push({ stop: () => clearInterval(asking) });
    const sentBefore = bob.client.packetsOf(3001).length;
    await packets(bob.client, 3001, sentBefore + 60); // two seconds of frames, 400 requests
    const requests = flow.keyFrameRequests[0]! - before;
    expect(requests).toBeGreaterThan(0);
    expect(requests).toBeLessThan(5); // three, and one may be repeated
    carol.client.send(buildPli(1, 3001));
    await until(() =>
      flow.keyFrameRequests[0]! > before + requests ? undefined : 'the other one is not heard',
    );
  });

  it('comes with an estimate of what the receiver can take', async () => {
    const source = camera(alice.id, 3001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    bob.endpoint.setPlan({
      streams: [forwarded(alice.id, source, { layer: { encoding: 2, spatial: 0, temporal: 2 } })],
      idealBps: 2_000_000,
    });
    flowing(
      new VideoFlow({ client: alice.client, encodings: source.encodings, packetsPerFrame: 2 }),
    );
    await until(() => {
      const estimates = conference.eventsOf('estimate').filter((e) => e.endpointId === bob.id);
      return estimates.length > 2 ? undefined : `${estimates.length} estimates`;
    });
    const { availableBps } = conference.eventsOf('estimate').at(-1)!;
    expect(availableBps).toBeGreaterThan(100_000);
    expect(bob.client.received.some(({ extensions }) => extensions.has(5))).toBe(true);
  });

  it('tells the layers that arrive and notices those that stop', async () => {
    const source = camera(alice.id, 3001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const { encodings } = source;
    const flow = flowing(new VideoFlow({ client: alice.client, encodings, lowestHeight: 90 }));
    const encodingsTold = () => {
      const layers = conference.eventsOf('layers').at(-1)?.layers ?? [];
      return [...new Set(layers.map(({ index }) => index.encoding))].join();
    };
    await until(() => (encodingsTold() === '0,1,2' ? undefined : `told: ${encodingsTold()}`));
    await until(() => {
      const layers = conference.eventsOf('layers').at(-1)?.layers ?? [];
      if (layers.length < 9) return `${layers.length} layers`;
      const expected = [90, 180, 360].flatMap((height) => [height, height, height]);
      expect(layers.map(({ height }) => height)).toEqual(expected);
      return undefined;
    });
    flow.setActive([0]);
    await until(() => (encodingsTold() === '0' ? undefined : `told: ${encodingsTold()}`));
    flow.setActive([]);
    await until(() => (encodingsTold() === '' ? undefined : `told: ${encodingsTold()}`));
  });
});

/** Waits until no packet of `mediaSsrc` came for 300 ms. */
async function silence(participant: Participant, mediaSsrc: number): Promise<void> {
  let count = -1;
  await until(async () => {
    const now = participant.client.packetsOf(mediaSsrc).length;
    if (now === count) return undefined;
    count = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return `${participant.id} still receives ${mediaSsrc}`;
  });
}

async function forwardedLayer(receiver: string, encoding: number): Promise<void> {
  await until(() => {
    const last = conference
      .eventsOf('forwarding')
      .findLast(({ endpointId }) => endpointId === receiver);
    return last?.layer?.encoding === encoding
      ? undefined
      : `${receiver} is sent ${JSON.stringify(last?.layer)}`;
  });
}
