import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import type { MediaOptions } from '../../../src/io/media/media-options.ts';
import { endpointId } from '../../../src/model/ids.ts';
import type { Source } from '../../../src/model/source.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import {
  TestConference,
  camera,
  forwarded,
  microphone,
  notMuted,
  packets,
  placeApart,
  type Participant,
  openConference,
  startPlane,
} from './media-fixture.ts';

placeApart();

/** A conference whose endpoints go to two workers in turn. */
async function openApart(changes: Partial<MediaOptions> = {}) {
  const plane = await startPlane(changes);
  const conference = await openConference(plane);
  return { plane, conference };
}

function speak({ client, id, endpoint }: Participant, ssrc: number, levelDbov = -20): AudioFlow {
  endpoint.setReception({ sources: [microphone(id, ssrc)], muted: notMuted });
  return flowing(new AudioFlow({ client, ssrc, levelDbov }));
}

/** Speech, which goes up and down: who dominates is judged by that. @returns how to be silent again */
function talk(flow: AudioFlow): () => void {
  const levels = [-15, -40, -20, -60];
  let place = 0;
  const timer = setInterval(() => flow.setLevel(levels[(place += 1) % levels.length]!), 60);
  const stop = () => {
    clearInterval(timer);
    flow.setLevel(-127);
  };
  atTheEnd(stop);
  return stop;
}

function film({ client, id, endpoint }: Participant, ssrc: number): VideoFlow {
  const source = camera(id, ssrc);
  endpoint.setReception({ sources: [source], muted: notMuted });
  return flowing(new VideoFlow({ client, encodings: source.encodings }));
}

function flowing<T extends { stop(): void }>(flow: T): T {
  atTheEnd(() => flow.stop());
  return flow;
}

type Shown = readonly [owner: Participant, source: Source, encoding?: number];

function show({ endpoint }: Participant, ...shown: readonly Shown[]): void {
  const streams = shown.map(([{ id }, source, encoding = 0]) =>
    forwarded(id, source, {
      ...(source.kind === 'video' && { layer: { encoding, spatial: 0, temporal: 2 } }),
    }),
  );
  endpoint.setPlan({ streams, idealBps: 0 });
}

const more = ({ client }: Participant, ssrc: number) =>
  packets(client, ssrc, client.packetsOf(ssrc).length + 30);

function piped({ media }: TestConference, count: number): Promise<void> {
  return until(() => {
    const { pipedSources } = media.spread();
    return pipedSources === count ? undefined : `${pipedSources} sources are piped`;
  });
}

describe('a source', () => {
  it('travels once to the other worker, and only while somebody there is sent it', async () => {
    const { plane, conference } = await openApart();
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const carol = await conference.join('carol');
    const dave = await conference.join('dave');
    const workers = [alice, bob, carol, dave].map(({ endpoint }) => endpoint.link().worker);
    expect(workers).toEqual([0, 1, 0, 1]);
    const source = camera(alice.id, 2001);
    film(alice, 2001);
    show(carol, [alice, source]);
    await more(carol, 2001);
    expect(conference.media.spread()).toEqual({ workers: [0, 1], pipedSources: 0 });
    show(bob, [alice, source]);
    show(dave, [alice, source, 1]);
    await more(bob, 2001);
    await more(dave, 2001);
    expect(conference.media.spread().pipedSources).toBe(1);
    expect(plane.figures()).toMatchObject({ spreadConferences: 1, pipedSources: 1 });
    await until(() => (plane.figures().bytesPiped > 0 ? undefined : 'no traffic is counted'));
    show(bob);
    show(dave);
    await piped(conference, 0);
    show(bob, [alice, source]);
    await more(bob, 2001);
  });

  it('is asked for key frames of the layer that is shown, not of others', async () => {
    const { conference } = await openApart();
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const source = camera(alice.id, 2001);
    const flow = film(alice, 2001);
    // So that all encodings are known, and what was asked of the first packets is over.
    await until(() => {
      const encodings = conference.eventsOf('layers').at(-1)?.layers ?? [];
      return encodings.some(({ index }) => index.encoding === 2) ? undefined : 'no third layer';
    });
    const before = [...flow.keyFrameRequests];
    const asked = () => flow.keyFrameRequests.map((count, place) => count - before[place]!);
    show(bob, [alice, source, 1]);
    await until(() => {
      const sent = conference.eventsOf('forwarding').at(-1)?.layer?.encoding;
      return sent === 1 ? undefined : `encoding ${sent} is sent`;
    });
    // The lowest came first and was shown until the wanted one could be; nobody wants the highest.
    await more(bob, 2001);
    expect(asked()[2]).toBe(0);
    const [lowest, middle] = asked();
    bob.client.send(buildPli(1, 2001));
    await until(() => (asked()[1]! > middle! ? undefined : 'the receiver was not listened to'));
    expect(asked()).toMatchObject([lowest, expect.any(Number) as number, 0]);
  });

  it('that the sender loses packets of is repaired', async () => {
    const { conference } = await openApart();
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    const flow = film(alice, 2001);
    show(bob, [alice, camera(alice.id, 2001)]);
    await more(bob, 2001);
    flow.loseNext(0);
    await more(bob, 2001);
    await until(() => {
      const numbers = bob.client.packetsOf(2001).map(({ sequenceNumber }) => sequenceNumber);
      const start = numbers[0]!;
      const distances = numbers.map((number) => (number - start + 0x10000) & 0xffff);
      const missing = Math.max(...distances) + 1 - new Set(distances).size;
      return missing === 0 ? undefined : `${missing} packets are missing`;
    });
  });
});

it('there is one order of speakers, wherever they are', async () => {
  const { conference } = await openApart();
  const alice = await conference.join('alice');
  const bob = await conference.join('bob');
  const loud = speak(alice, 1001, -10);
  const quiet = speak(bob, 1002, -40);
  const order = (first: Participant, second: Participant) =>
    until(() => {
      const levels = conference.eventsOf('audio-levels').at(-1)?.levels ?? [];
      const found = levels.map(({ endpointId }) => endpointId).join();
      return found === `${first.id},${second.id}` ? undefined : `the order is ${found}`;
    });
  const dominates = ({ id }: Participant) =>
    until(() => {
      const last = conference.eventsOf('dominant-speaker').at(-1)?.endpointId;
      return last === id ? undefined : `${last} is dominant`;
    });
  await order(alice, bob);
  loud.setLevel(-127);
  quiet.setLevel(-127);
  const stop = talk(loud);
  await dominates(alice);
  stop();
  talk(quiet);
  await dominates(bob);
  expect(conference.media.spread().pipedSources).toBe(1);
});

it('three on three workers see each other', async () => {
  const { conference } = await openApart({ workers: 3 });
  const people: Participant[] = [];
  for (const name of ['alice', 'bob', 'carol']) people.push(await conference.join(name));
  expect(conference.media.spread().workers).toEqual([0, 1, 2]);
  const ssrcOf = (person: Participant) => 2001 + 100 * people.indexOf(person);
  for (const person of people) film(person, ssrcOf(person));
  for (const viewer of people) {
    const others = people.filter((person) => person !== viewer);
    show(viewer, ...others.map((other): Shown => [other, camera(other.id, ssrcOf(other))]));
  }
  for (const viewer of people)
    for (const other of people) if (other !== viewer) await more(viewer, ssrcOf(other));
  expect(conference.media.spread().pipedSources).toBe(6);
});

it('a worker past the ceiling is given no further endpoint, while there is another', async () => {
  const placement = { cpuCeiling: 1, endpointsPerConference: Infinity };
  const { plane, conference } = await openApart({ placement });
  const alice = await conference.join('alice');
  speak(alice, 1001);
  const cpu = () => plane.figures().workers.map((worker) => worker.cpu) as [number, number];
  await until(() => (cpu()[0] > cpu()[1] ? undefined : `CPU is ${cpu().join()}`));
  // What the first one takes is past it, what the other one takes is not.
  placement.cpuCeiling = (cpu()[0] + cpu()[1]) / 2;
  const bob = await conference.join('bob');
  expect(bob.endpoint.link().worker).toBe(1);
});

it('a crowd that joins at once does not end up on one worker', async () => {
  const { plane, conference } = await openApart({
    placement: { cpuCeiling: 0.5, endpointsPerConference: Infinity },
  });
  const crowd = Array.from({ length: 150 }, (_, place) =>
    conference.media.addEndpoint({
      endpointId: endpointId(`one${place}`),
      media: [],
      sctp: false,
      privateAddresses: true,
    }),
  );
  await Promise.all(crowd);
  const endpoints = plane.figures().workers.map((worker) => worker.endpoints);
  expect(Math.min(...endpoints)).toBeGreaterThan(10);
});

it('a worker that is left is given back', async () => {
  const { plane, conference } = await openApart();
  await conference.join('alice');
  const bob = await conference.join('bob');
  expect(conference.media.spread().workers).toEqual([0, 1]);
  bob.endpoint.close();
  expect(conference.media.spread().workers).toEqual([0]);
  expect(plane.figures().workers.map(({ conferences }) => conferences)).toEqual([1, 0]);
  const carol = await conference.join('carol');
  expect(carol.endpoint.link().worker).toBe(1);
});

describe('the death of one of the workers', () => {
  it.each([
    ['the home', 0],
    ['the other one', 1],
  ])('%s is a pause of what came from there', async (_, victim) => {
    const { plane, conference } = await openApart();
    const people = [];
    for (const name of ['alice', 'bob', 'carol', 'dave']) people.push(await conference.join(name));
    const [alice, bob, carol, dave] = people as [
      Participant,
      Participant,
      Participant,
      Participant,
    ];
    const sent: readonly (readonly [Participant, number])[] = [
      [alice, 2001],
      [bob, 3001],
    ];
    for (const [from, ssrc] of sent) film(from, ssrc);
    for (const to of [carol, dave])
      show(to, ...sent.map(([from, ssrc]): Shown => [from, camera(from.id, ssrc)]));
    const voice = speak(carol, 1003);
    speak(dave, 1004, -70);
    const all = async () => {
      for (const to of [carol, dave]) for (const [, ssrc] of sent) await more(to, ssrc);
    };
    await all();
    process.kill(plane.figures().workers[victim]!.pid, 'SIGKILL');
    await until(() => (plane.figures().workersDied === 1 ? undefined : 'nobody died'));
    await all();
    expect(conference.eventsOf('lost')).toEqual([]);
    // Who sends and who watches on the worker that lives has missed nothing.
    const survivor = victim === 0 ? dave : carol;
    const local = victim === 0 ? 3001 : 2001;
    const numbers = survivor.client.packetsOf(local).map(({ sequenceNumber }) => sequenceNumber);
    const steps = numbers.slice(1).map((number, place) => (number - numbers[place]!) & 0xffff);
    expect(steps.every((step) => step === 1)).toBe(true);
    // Both microphones are heard again, in one place.
    const speaks = async ({ id }: Participant) => {
      const from = conference.events.length;
      await until(() => {
        const since = conference.events.slice(from);
        return since.some(
          (event) => event.type === 'audio-levels' && event.levels[0]?.endpointId === id,
        )
          ? undefined
          : `${id} is not the loudest`;
      });
    };
    await speaks(carol);
    voice.setLevel(-75);
    await speaks(dave);
  });
});
