// Clients whose worker dies while they connect: each gets in, or is refused and so invited anew (docs/reliability.md).
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openNat, type Nat } from '../../support/client/nat.ts';
import { helloRandom, recordType } from '../../support/rtp/dtls-client-records.ts';
import { until } from '../../support/until.ts';
import { AUDIO, died, hasFailed, kill, refusal } from './call-fixture.ts';
import { Talker } from './channel-fixture.ts';
import {
  forwarded,
  microphone,
  notMuted,
  openConference,
  packets,
  recordingLogger,
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

/** Is told of the bridge, and is to hear the speaker. */
async function offered(
  conference: TestConference,
  name: string,
  options: JoinOptions = {},
): Promise<Participant> {
  const participant = await conference.add(name, options);
  const { endpoint } = participant;
  const [speaker] = conference.participants;
  const streams = [forwarded(speaker!.id, microphone(speaker!.id, AUDIO))];
  endpoint.setPlan({ streams, idealBps: 0 });
  return participant;
}

/** Comes in as a client does. */
async function enter(
  conference: TestConference,
  name: string,
  options: JoinOptions = {},
): Promise<Participant> {
  const participant = await offered(conference, name, options);
  await answer(participant);
  return participant;
}

const answer = ({ endpoint, client }: Participant) =>
  endpoint.setRemoteTransport(client.remoteTransport());

/** A client that is in the middle of connecting when its worker dies: until `isThere`, `lost` does not reach the bridge. */
async function cutOff(
  lost: (packet: Buffer) => boolean,
  isThere: (dtls: string | undefined, nat: Nat) => boolean,
) {
  const plane = await startPlane({ restarts });
  const conference = await openTalk(plane);
  const nat = await openNat(plane.ports!.udp);
  atTheEnd(() => nat.close());
  nat.lose(lost);
  const who = await enter(conference, 'late', { candidatePort: nat.port, dataChannel: true });
  const states = () =>
    conference.eventsOf('transport-state').filter(({ endpointId }) => endpointId === who.id);
  await until(() => (isThere(states().at(-1)?.dtls, nat) ? undefined : 'it has not come so far'));
  kill(plane, 0, 'SIGKILL');
  await died(plane, 1);
  nat.lose(() => false);
  return { plane, conference, who };
}

const isGreeting = (packet: Buffer) =>
  packet[0] === recordType.handshake && helloRandom([packet], 1) !== undefined;

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
  it.each([1, 2])('that was only offered gets in, after %d deaths', async (deaths) => {
    const log = recordingLogger();
    const plane = await startPlane({ restarts }, log);
    const goneOn = () =>
      log.lines.filter(({ message }) => message.startsWith('calls go on')).length;
    const conference = await openTalk(plane);
    const early = await offered(conference, 'early', { dataChannel: true });
    const meanwhile = await offered(conference, 'meanwhile', { dataChannel: true });
    const before = early.endpoint.localTransport();
    for (let death = 1; death <= deaths; death += 1) {
      kill(plane, 0, 'SIGKILL');
      await until(() => (plane.figures().workersDied === death ? undefined : 'nobody died'));
      if (death === deaths) await answer(meanwhile);
      await until(() => (goneOn() === death ? undefined : 'calls do not go on yet'));
    }
    expect(await getsIn(plane, conference, meanwhile)).toBe(true);
    expect(early.endpoint.localTransport()).toEqual(before);
    await answer(early);
    expect(await getsIn(plane, conference, early)).toBe(true);
  });

  it('that has a path and no answer to its greeting gets in', async () => {
    const { plane, conference, who } = await cutOff(isGreeting, (dtls) => dtls === 'connecting');
    expect(await getsIn(plane, conference, who)).toBe(true);
  });

  it('that is in the middle of the handshake is refused', async () => {
    const { plane, conference, who } = await cutOff(
      (packet) => packet[0] === recordType.handshake && !isGreeting(packet),
      (_dtls, nat) => helloRandom(nat.returned, 2) !== undefined,
    );
    expect(await getsIn(plane, conference, who)).toBe(false);
  });

  it('that was only offered is refused where no journal keeps the certificate, and signalling goes on', async () => {
    const plane = await startPlane({ restarts, openJournal: () => undefined });
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
