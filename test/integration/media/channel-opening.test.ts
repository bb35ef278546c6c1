// Clients whose worker dies while they open their data channel, at each datagram of it: it opens, or they are refused.
import { expect, it } from 'vitest';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { openNat } from '../../support/client/nat.ts';
import { recordType } from '../../support/rtp/dtls-client-records.ts';
import { until } from '../../support/until.ts';
import { died, hasFailed, kill, refusal } from './call-fixture.ts';
import { Talker } from './channel-fixture.ts';
import {
  openConference,
  recordingLogger,
  startPlane,
  type JoinOptions,
  type Participant,
  type TestConference,
} from './media-fixture.ts';

/** So many datagrams of SCTP come from the client, and so many to it, until its worker dies. */
type Passing = { readonly said: number; readonly heard: number };

const upTo = (most: number): Passing[] =>
  Array.from({ length: most + 1 }, (_, said) =>
    Array.from({ length: said + 1 }, (_, heard) => ({ said, heard })),
  ).flat();

type Interrupted = {
  readonly participant: Participant;
  /** Everything passes again; what was kept from the client comes late or never. */
  goOn(late: boolean): void;
};

async function interrupt(
  conference: TestConference,
  bridgePort: number,
  { said, heard }: Passing,
  options: JoinOptions,
): Promise<Interrupted> {
  const nat = await openNat(bridgePort);
  atTheEnd(() => nat.close());
  const isSctp = ([type]: Buffer) => type === recordType.applicationData;
  const kept: Buffer[] = [];
  let [from, to] = [0, 0];
  nat.lose((packet) => isSctp(packet) && (from += 1) > said);
  nat.loseAnswers((packet) => isSctp(packet) && (to += 1) > heard && kept.push(packet) > 0);
  const participant = await conference.add(`${said}-${heard}`, {
    ...options,
    candidatePort: nat.port,
  });
  await participant.endpoint.setRemoteTransport(participant.client.remoteTransport());
  await until(() =>
    from > said || to > heard ? undefined : `${from} came from ${participant.id} and ${to} to it`,
  );
  const goOn = (late: boolean) => {
    nat.lose(() => false);
    nat.loseAnswers(() => false);
    if (late) for (const packet of kept) nat.answer(packet);
  };
  return { participant, goOn };
}

async function opens(
  plane: MediasoupPlane,
  conference: TestConference,
  who: Participant,
): Promise<boolean> {
  if (hasFailed(conference, who)) {
    expect(await refusal(plane, who)).toBe(true);
    return false;
  }
  const talker = await Talker.of(conference, who);
  await talker.talk('hello');
  return true;
}

it.each([
  ['what it was sent never comes', { dataChannel: true }, upTo(5), false],
  ['what it was sent comes late', { dataChannel: true }, upTo(5), true],
  // Browsers heed only the first of two openings (webrtc.org: "id already in use"), libdatachannel closes: so none that had one.
  ['the bridge opens it', { dataChannel: 'awaited', setup: 'passive' }, upTo(3), false],
] as const)('a data channel opens when %s', async (_, options, passings, late) => {
  const log = recordingLogger();
  const plane = await startPlane({}, log);
  const conference = await openConference(plane);
  const interrupted = await Promise.all(
    passings.map((passing) => interrupt(conference, plane.ports!.udp, passing, options)),
  );
  kill(plane, 0, 'SIGKILL');
  await died(plane, 1);
  for (const each of interrupted) each.goOn(late);
  await until(() =>
    log.lines.some(({ message }) => message.startsWith('calls go on')) ? undefined : 'nobody moved',
  );
  const outcomes = await Promise.all(
    interrupted.map(({ participant }) => opens(plane, conference, participant)),
  );
  expect(outcomes).toContain(true);
});
