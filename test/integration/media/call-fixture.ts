// A call whose worker dies, and what its participants must not notice of it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'vitest';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow, type VideoFlowOptions } from '../../support/client/video-flow.ts';
import {
  buildBindingRequest,
  parseBindingResponse,
  type BindingResponse,
} from '../../support/rtp/stun-message.ts';
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
  /** Alice sends no more. */
  stop(): void;
  close(): void;
};

/** Bob hears and sees Alice. */
export async function openCall(
  plane: MediasoupPlane,
  options: JoinOptions & Pick<VideoFlowOptions, 'historyPackets'> = {},
): Promise<Call> {
  const { historyPackets } = options;
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
  const video = new VideoFlow({
    client: alice.client,
    encodings: sources[1]!.encodings,
    ...(historyPackets !== undefined && { historyPackets }),
  });
  await packets(bob.client, AUDIO, 50);
  await packets(bob.client, VIDEO, 50);
  const stop = () => {
    audio.stop();
    video.stop();
  };
  const close = () => {
    stop();
    conference.close();
  };
  return { conference, alice, bob, stop, close };
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

/** Whether the conference was told that somebody's DTLS is over. */
export function hasFailed(conference: TestConference, { id }: Pick<Participant, 'id'>): boolean {
  return conference
    .eventsOf('transport-state')
    .some(({ endpointId, dtls }) => endpointId === id && dtls === 'failed');
}

/** Answer to a connectivity check with somebody's credentials; undefined = none within `patienceMs`. */
export async function check(
  plane: MediasoupPlane,
  { endpoint }: Pick<Participant, 'endpoint'>,
  patienceMs = 10_000,
): Promise<BindingResponse | undefined> {
  const { ufrag, pwd } = endpoint.localTransport();
  const request = buildBindingRequest({
    username: `${ufrag}:peer`,
    password: pwd,
    role: 'controlling',
  });
  const socket = createSocket('udp4');
  try {
    const answer = once(socket, 'message', { signal: AbortSignal.timeout(patienceMs) });
    socket.send(request, plane.ports!.udp, '127.0.0.1');
    const [data] = (await answer) as [Buffer];
    return parseBindingResponse(data, pwd);
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/** Whether a client is told that its session is lost: libwebrtc then gives the path up, and it is invited anew. */
export async function refusal(
  plane: MediasoupPlane,
  who: Pick<Participant, 'endpoint'>,
): Promise<boolean> {
  const answer = await check(plane, who);
  return answer?.isError === true && answer.errorCode === 400 && answer.authentic;
}
