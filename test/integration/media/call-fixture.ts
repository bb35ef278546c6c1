// A call whose worker dies, and what its participants must not notice of it.
import { expect } from 'vitest';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
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
  type JoinOptions,
  type Participant,
} from './media-fixture.ts';

export const AUDIO = 1001;
export const VIDEO = 2001;

export type Call = {
  readonly conference: TestConference;
  readonly alice: Participant;
  readonly bob: Participant;
  close(): void;
};

/** Bob hears and sees Alice. */
export async function openCall(plane: MediasoupPlane, options: JoinOptions = {}): Promise<Call> {
  const conference = await TestConference.open(plane);
  const alice = await conference.join('alice', options);
  const bob = await conference.join('bob', options);
  const sources = [microphone(alice.id, AUDIO), camera(alice.id, VIDEO)];
  alice.endpoint.setReception({ sources, muted: notMuted });
  bob.endpoint.setPlan({
    streams: sources.map((source) => forwarded(alice.id, source)),
    idealBps: 0,
  });
  const audio = new AudioFlow({ client: alice.client, ssrc: AUDIO });
  const video = new VideoFlow({ client: alice.client, encodings: sources[1]!.encodings });
  await packets(bob.client, AUDIO, 50);
  await packets(bob.client, VIDEO, 50);
  const close = () => {
    audio.stop();
    video.stop();
    conference.close();
  };
  return { conference, alice, bob, close };
}

/** Waits for another `count` packets of each stream. */
export async function goesOn({ client }: Participant, count = 50): Promise<void> {
  for (const ssrc of [AUDIO, VIDEO])
    await packets(client, ssrc, client.packetsOf(ssrc).length + count);
}

export function kill(plane: MediasoupPlane, index: number, signal: NodeJS.Signals): void {
  process.kill(plane.figures().workers[index]!.pid, signal);
}

/** Waits until so many workers died since the start, and each has a successor. */
export const died = (plane: MediasoupPlane, times: number): Promise<void> =>
  until(() =>
    plane.figures().workersDied === times && plane.figures().workers.every(({ alive }) => alive)
      ? undefined
      : 'nobody died, or there is no successor',
  );

/** Numbers and timestamps never go back, and do not jump. */
export function expectOneStream({ client }: Participant, ssrc: number, largestGap: number): void {
  const all = client.packetsOf(ssrc);
  for (const [place, packet] of all.slice(1).entries()) {
    const before = all[place]!;
    const step = (packet.sequenceNumber - before.sequenceNumber + 0x10000) & 0xffff;
    expect(step).toBeGreaterThan(0);
    expect(step).toBeLessThanOrEqual(largestGap);
    expect((packet.timestamp - before.timestamp) | 0).toBeGreaterThanOrEqual(0);
  }
}
