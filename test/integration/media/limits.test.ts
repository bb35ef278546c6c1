import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sourceName, ssrc } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { buildBindingRequest, parseBindingResponse } from '../../support/rtp/stun-message.ts';
import { until } from '../../support/until.ts';
import {
  camera,
  forwarded,
  letHear,
  mediaOptions,
  microphone,
  notMuted,
  packets,
  recordingLogger,
  TestConference,
} from './media-fixture.ts';

let plane: MediasoupPlane;
let conference: TestConference;

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
});
afterAll(() => plane.close());
beforeEach(async () => {
  conference = await TestConference.open(plane);
});
afterEach(() => conference.close());

async function refusals(count: number) {
  await until(() => {
    const found = conference.eventsOf('source-refused').length;
    return found >= count ? undefined : `${found} refusals`;
  });
  return conference.eventsOf('source-refused');
}

describe('incoming SSRCs', () => {
  it('are 500 at most over the life of a transport', async () => {
    const { id, endpoint } = await conference.add('alice');
    for (let round = 0; round < 5; round += 1) {
      const sources = Array.from({ length: 20 }, (_, place) => ({
        ...camera(id, 1000 * round + 40 * place + 1, 3),
        name: sourceName(`alice-v${place}`),
      }));
      endpoint.setReception({ sources, muted: notMuted });
      await new Promise((resolve) => setTimeout(resolve, 50)); // each of them counts
    }
    // 20 sources of 6 SSRCs a round: 83 fit.
    const refused = await refusals(17);
    expect(refused).toHaveLength(17);
    expect(refused[0]?.reason).toContain('500');
  });

  it('are refused where two sources share one, and the first source works', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const source = microphone(alice.id, 1001);
    const second = { ...source, name: sourceName('alice-a1') };
    alice.endpoint.setReception({ sources: [source, second], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const [refused] = await refusals(1);
    expect(refused).toMatchObject({ endpointId: 'alice', source: 'alice-a1' });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    await packets(bob.client, 1001, 5);
    flow.stop();
  });

  it('may move from one source to another', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const first = microphone(alice.id, 1001);
    const second: Source = { ...first, name: sourceName('alice-a1') };
    alice.endpoint.setReception({ sources: [first], muted: notMuted });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, first)], idealBps: 0 });
    await packets(bob.client, 1001, 5);
    alice.endpoint.setReception({ sources: [second], muted: notMuted });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, second)], idealBps: 0 });
    const before = bob.client.packetsOf(1001).length;
    await packets(bob.client, 1001, before + 20);
    flow.stop();
    expect(conference.eventsOf('source-refused')).toEqual([]);
  });
});

describe('a plan', () => {
  it('is told what of it the worker refuses, and the rest is sent', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const sources = [microphone(alice.id, 1001), camera(alice.id, 3001)] as const;
    alice.endpoint.setReception({ sources, muted: notMuted });
    const video = new VideoFlow({ client: alice.client, encodings: sources[1].encodings });
    const audio = new AudioFlow({ client: alice.client, ssrc: 1001 });
    // An SSRC for two streams.
    const streams = [
      forwarded(alice.id, sources[1], { ssrc: ssrc(7001), rtx: ssrc(7002) }),
      forwarded(alice.id, sources[0], { ssrc: ssrc(7002) }),
    ];
    bob.endpoint.setPlan({ streams, idealBps: 0 });
    const [refused] = await refusals(1);
    expect(refused).toMatchObject({ endpointId: 'bob' });
    expect(refused?.reason).toContain('7002');
    const sent = refused?.source === sources[0].name ? 7001 : 7002;
    await packets(bob.client, sent, 5);
    video.stop();
    audio.stop();
  });

  it('forwards only what it lists', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const sources = [microphone(alice.id, 1001), camera(alice.id, 3001)];
    alice.endpoint.setReception({ sources, muted: notMuted });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, sources[0]!)], idealBps: 0 });
    await packets(bob.client, 1001, 5);
    await until(() => (plane.figures().workers[0]?.consumers === 1 ? undefined : 'no consumer'));
    bob.endpoint.setPlan({ streams: [], idealBps: 0 });
    await until(() => (plane.figures().workers[0]?.consumers === 0 ? undefined : 'a consumer'));
    const before = bob.client.packetsOf(1001).length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(bob.client.packetsOf(1001).length - before).toBeLessThan(3);
    flow.stop();
  });

  it('of which the last of many in a row counts', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const source = microphone(alice.id, 1001);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    for (let place = 0; place < 50; place += 1) {
      bob.endpoint.setPlan({
        streams: [forwarded(alice.id, source, { ssrc: ssrc(5000 + place) })],
        idealBps: 0,
      });
    }
    await packets(bob.client, 5049, 5);
    expect(new Set(bob.client.received.map((packet) => packet.ssrc))).toEqual(new Set([5049]));
    flow.stop();
  });

  it('for a source that is not there does nothing until it is', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const source = microphone(alice.id, 1001);
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source)], idealBps: 0 });
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(bob.client.received).toEqual([]);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    await packets(bob.client, 1001, 5);
    flow.stop();
  });
});

describe('ICE restart', () => {
  it('changes nothing before ICE is connected', async () => {
    const alice = await conference.add('alice');
    const before = alice.endpoint.localTransport();
    expect(await alice.endpoint.restartIce()).toEqual(before);
    expect(before.iceGeneration).toBeUndefined();
  });

  it('counts its rounds and keeps the old path until the new one is used', async () => {
    const { client, endpoint } = await conference.join('alice');
    const before = endpoint.localTransport();
    expect(before.fingerprints[0]?.setup).toBe('passive');
    const first = await endpoint.restartIce();
    expect(first).toMatchObject({ iceGeneration: 1, fingerprints: before.fingerprints });
    expect(first?.ufrag).not.toBe(before.ufrag);
    expect(await endpoint.restartIce()).toEqual(first);
    expect(client.connected).toBe(true);

    // Both the old and the new credentials are good now.
    expect(await check(before.ufrag, before.pwd)).toBe(true);
    expect(await check(first!.ufrag, first!.pwd)).toBe(true);

    await endpoint.setRemoteTransport({ ...client.remoteTransport(), iceGeneration: 1 });
    expect(endpoint.localTransport().iceGeneration).toBeUndefined();
    expect(await endpoint.restartIce()).toMatchObject({ iceGeneration: 2 });
  });

  it('takes an answer that does not come for lost, and begins another round with the same credentials', async () => {
    const { client, endpoint } = await conference.join('alice');
    const first = await endpoint.restartIce();
    const now = performance.now();
    vi.spyOn(performance, 'now').mockReturnValueOnce(now + 19_000);
    expect(await endpoint.restartIce()).toEqual(first);
    vi.spyOn(performance, 'now').mockReturnValueOnce(now + 21_000);
    expect(await endpoint.restartIce()).toEqual({ ...first, iceGeneration: 2 });
    // The answer of the lost round is none of this one.
    await endpoint.setRemoteTransport({ ...client.remoteTransport(), iceGeneration: 1 });
    expect(endpoint.localTransport().iceGeneration).toBe(2);
    await endpoint.setRemoteTransport({ ...client.remoteTransport(), iceGeneration: 2 });
    expect(endpoint.localTransport().iceGeneration).toBeUndefined();
  });

  async function check(ufrag: string, password: string): Promise<boolean> {
    const socket = dgram.createSocket('udp4');
    const request = buildBindingRequest({
      username: `${ufrag}:peer`,
      password,
      role: 'controlling',
    });
    socket.send(request, plane.ports!.udp, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    const { isError, authentic } = parseBindingResponse(answer, password);
    return !isError && authentic;
  }
});

describe('figures', () => {
  it('count bytes, endpoints and the worker, and rates while media flows', async () => {
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    await until(() => {
      const figures = plane.figures();
      const { bitsPerSecondIn, bitsPerSecondOut, packetsPerSecondIn, packetsPerSecondOut } =
        figures;
      // Rates may still be those of the test before.
      const enough =
        figures.workers[0]?.consumers === 1 &&
        Math.min(bitsPerSecondIn, bitsPerSecondOut) > 20_000 &&
        Math.min(packetsPerSecondIn, packetsPerSecondOut) > 20;
      return enough ? undefined : JSON.stringify(figures);
    });
    flow.stop();
    const { workers, bytesIn, bytesOut, packetsIn, packetsOut, lossIn } = plane.figures();
    expect(packetsIn).toBeGreaterThan(20);
    // One receiver: about as many, with the bridge's own RTCP, but not twice as many.
    expect(packetsOut).toBeLessThan(2 * packetsIn);
    expect(bytesIn).toBeGreaterThan(1000);
    expect(bytesOut).toBeGreaterThan(1000);
    expect(lossIn).toBe(0);
    expect(workers).toHaveLength(1);
    expect(workers[0]).toMatchObject({ alive: true, conferences: 1, endpoints: 2, consumers: 1 });
    expect(workers[0]!.memoryBytes).toBeGreaterThan(1_000_000);
    expect(workers[0]!.silentMs).toBeLessThan(5000);
  });
});
