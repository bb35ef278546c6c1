// Clients whose worker dies while they connect: each gets in, or is refused and so invited anew (docs/reliability.md).
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openNat } from '../../support/client/nat.ts';
import { recordType } from '../../support/rtp/dtls-client-records.ts';
import { until } from '../../support/until.ts';
import { AUDIO, died, hasFailed, kill, refusal } from './call-fixture.ts';
import { Talker } from './channel-fixture.ts';
import {
  forwarded,
  microphone,
  notMuted,
  openConference,
  packets,
  startPlane,
  type JoinOptions,
  type Participant,
  type TestConference,
} from './media-fixture.ts';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';

/** None of these deaths is held against the call. */
const restarts = { stableMs: 0 };

const joinOptions: readonly JoinOptions[] = [
  {},
  { dataChannel: true },
  { dataChannel: true, setup: 'passive' },
];

/** Somebody speaks, to whoever comes. */
async function openTalk(plane: MediasoupPlane): Promise<TestConference> {
  const conference = await openConference(plane);
  const speaker = await conference.join('speaker');
  const source = microphone(speaker.id, AUDIO);
  speaker.endpoint.setReception({ sources: [source], muted: notMuted });
  const flow = new AudioFlow({ client: speaker.client, ssrc: AUDIO });
  atTheEnd(() => flow.stop());
  return conference;
}

/** Comes in as a client does, and is to hear the speaker. */
async function enter(
  conference: TestConference,
  name: string,
  options: JoinOptions = {},
): Promise<Participant> {
  const participant = await conference.add(name, options);
  const { client, endpoint } = participant;
  const [speaker] = conference.participants;
  const streams = [forwarded(speaker!.id, microphone(speaker!.id, AUDIO))];
  endpoint.setPlan({ streams, idealBps: 0 });
  await endpoint.setRemoteTransport(client.remoteTransport());
  return participant;
}

/** Whether it hears the speaker in the end, and can use its data channel; if not, it has been refused. */
async function getsIn(plane: MediasoupPlane, conference: TestConference, who: Participant) {
  const hears = packets(who.client, AUDIO, who.client.packetsOf(AUDIO).length + 10).then(
    () => true,
  );
  const fails = until(() =>
    hasFailed(conference, who) ? undefined : `${who.id} neither hears nor failed`,
  ).then(() => false);
  const heard = await Promise.race([hears, fails]);
  for (const unused of [hears, fails]) unused.catch(() => undefined);
  if (!heard) expect(await refusal(plane, who)).toBe(true);
  else if (who.client.channel) await (await Talker.of(conference, who)).talk('hello');
  return heard;
}

describe('when its worker dies, a client', () => {
  it('that waits for the answer to its ICE credentials is refused, and signalling goes on', async () => {
    const plane = await startPlane({ restarts });
    const conference = await openTalk(plane);
    const early = await conference.add('early');
    const meanwhile = await conference.add('meanwhile');
    kill(plane, 0, 'SIGKILL');
    await until(() => (plane.figures().workersDied === 1 ? undefined : 'nobody died'));
    await meanwhile.endpoint.setRemoteTransport(meanwhile.client.remoteTransport());
    await died(plane, 1);
    expect(await getsIn(plane, conference, early)).toBe(false);
    expect(await getsIn(plane, conference, meanwhile)).toBe(false);
    await early.endpoint.setRemoteTransport(early.client.remoteTransport());
    expect(await early.endpoint.restartIce()).toEqual(early.endpoint.localTransport());
    expect(await refusal(plane, early)).toBe(true);
  });

  it('that did not get the end of the handshake is refused', async () => {
    const plane = await startPlane({ restarts });
    const conference = await openTalk(plane);
    const nat = await openNat(plane.ports!.udp);
    atTheEnd(() => nat.close());
    let ends = false;
    // It begins the last flight of DTLS (RFC 6347 §4.2.4).
    nat.loseAnswers(([type]) => (ends ||= type === recordType.changeCipherSpec));
    const late = await enter(conference, 'late', { candidatePort: nat.port });
    const states = () =>
      conference.eventsOf('transport-state').filter(({ endpointId }) => endpointId === late.id);
    await until(() => (states().at(-1)?.dtls === 'connected' ? undefined : 'the bridge waits'));
    expect(late.client.connected).toBe(false);
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    nat.loseAnswers(() => false);
    expect(await getsIn(plane, conference, late)).toBe(false);
  });

  it.each([
    ['one worker', { workers: 1 }],
    ['two workers', { workers: 2 }],
    [
      'a conference on two',
      { workers: 2, placement: { cpuCeiling: 1, endpointsPerConference: 1 } },
    ],
  ])('gets in or is refused, at whatever moment, with %s', async (_name, changes) => {
    const plane = await startPlane({ ...changes, restarts });
    const conference = await openTalk(plane);
    const outcomes: boolean[] = [];
    const killed = [
      [0],
      [changes.workers - 1],
      plane.figures().workers.map((_worker, index) => index),
    ];
    let deaths = 0;
    for (const [turn, momentMs] of [0, 2, 4, 8, 16, 32, 64, 128].entries()) {
      const entering = Array.from({ length: 6 }, (_, place) =>
        enter(conference, `${momentMs}-${place}`, joinOptions[place % joinOptions.length]),
      );
      await delay(momentMs);
      const victims = killed[turn % killed.length]!;
      for (const index of victims) kill(plane, index, 'SIGKILL');
      await died(plane, (deaths += victims.length));
      for (const who of await Promise.all(entering))
        outcomes.push(await getsIn(plane, conference, who));
    }
    expect(conference.eventsOf('lost')).toEqual([]);
    // Those of whom there was nothing yet come to the next worker.
    expect(outcomes).toContain(true);
  });
});
