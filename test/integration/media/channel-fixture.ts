// Somebody with an SCTP data channel in a conference whose worker may die.
import { expect } from 'vitest';
import type { ChannelLink } from '../../../src/conference/ports.ts';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { openNat, type Nat } from '../../support/client/nat.ts';
import { recordType } from '../../support/rtp/dtls-client-records.ts';
import { until } from '../../support/until.ts';
import { died, kill } from './call-fixture.ts';
import {
  openConference,
  type JoinOptions,
  type Participant,
  type TestConference,
} from './media-fixture.ts';

/** An endpoint, its client and the bridge's end of the channel between them. */
export class Talker {
  readonly conference: TestConference;
  readonly participant: Participant;
  readonly link: ChannelLink;

  private constructor(conference: TestConference, participant: Participant, link: ChannelLink) {
    this.conference = conference;
    this.participant = participant;
    this.link = link;
  }

  /** Joins and waits until the channel is open at both ends. */
  static async join(
    conference: TestConference,
    name: string,
    options: JoinOptions = {},
  ): Promise<Talker> {
    const participant = await conference.join(name, { dataChannel: true, ...options });
    return Talker.of(conference, participant);
  }

  /** Somebody who has joined with a data channel. */
  static async of(conference: TestConference, participant: Participant): Promise<Talker> {
    const { id, client } = participant;
    const link = () =>
      conference.eventsOf('channel-open').find(({ endpointId }) => endpointId === id)?.link;
    await until(() => (client.channelOpen && link() ? undefined : `${id} has no channel`));
    return new Talker(conference, participant, link()!);
  }

  /** What the bridge received. */
  get said(): readonly string[] {
    const { id } = this.participant;
    return this.conference
      .eventsOf('channel-message')
      .filter(({ endpointId }) => endpointId === id)
      .map(({ text }) => text);
  }

  /** What the client received. */
  get heard(): readonly string[] {
    return this.participant.client.messages;
  }

  /** A text each way: waits until each was received last. */
  async talk(text: string): Promise<void> {
    this.participant.client.sendText(text);
    expect(this.link.send(text)).toBe(true);
    await until(() => (this.said.at(-1) === text ? undefined : `the bridge does not hear ${text}`));
    await until(() => (this.heard.at(-1) === text ? undefined : `nobody hears ${text}`));
  }

  /** How often the bridge was told that it can send. */
  get openings(): number {
    return this.conference.eventsOf('channel-open').filter(({ link }) => link === this.link).length;
  }
}

/** Somebody alone in a conference, with everything that is sent in sight. */
export async function talkThroughNat(
  plane: MediasoupPlane,
  options: JoinOptions = {},
): Promise<{ talker: Talker; nat: Nat }> {
  const nat = await openNat(plane.ports!.udp);
  atTheEnd(() => nat.close());
  const conference = await openConference(plane);
  const talker = await Talker.join(conference, 'alice', { candidatePort: nat.port, ...options });
  return { talker, nat };
}

/** Kills the worker, for the so-many-th time, and waits until the channel goes on. */
export async function outlive(
  plane: MediasoupPlane,
  talker: Talker,
  death = 1,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  const { openings } = talker;
  kill(plane, 0, signal);
  await died(plane, death);
  await until(() => (talker.openings > openings ? undefined : 'the channel does not go on'));
}

/** DTLS records with application data (RFC 6347 §4.1), each with its number and the first 8 bytes of its body. */
export function applicationRecords(
  datagrams: readonly Buffer[],
): { readonly sequence: string; readonly start: string; readonly datagram: Buffer }[] {
  return datagrams
    .filter((datagram) => datagram.length >= 21 && datagram[0] === recordType.applicationData)
    .map((datagram) => ({
      sequence: datagram.toString('hex', 3, 11),
      start: datagram.toString('hex', 13, 21),
      datagram,
    }));
}
