// Clients with an SCTP data channel, whose worker dies.
import { describe, expect, it } from 'vitest';
import type { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { openNat } from '../../support/client/nat.ts';
import { recordType } from '../../support/rtp/dtls-client-records.ts';
import { workerWithCiphers } from '../../support/rtp/dtls-shim.ts';
import { until } from '../../support/until.ts';
import { died, goesOn, hasFailed, kill, openCall } from './call-fixture.ts';
import { Talker, applicationRecords, outlive, talkThroughNat } from './channel-fixture.ts';
import { openConference, recordingLogger, startPlane, workerBin } from './media-fixture.ts';

const restarts = { stableMs: 0 };

function expectNoRepetition(values: readonly string[]): void {
  expect(values).toHaveLength(new Set(values).size);
}

/** No mere acknowledgement. */
const isLong = ({ datagram }: { readonly datagram: Buffer }) => datagram.length > 1000;

async function refused(plane: MediasoupPlane, talker: Talker): Promise<void> {
  kill(plane, 0, 'SIGKILL');
  await died(plane, 1);
  const { conference, participant } = talker;
  await until(() => (hasFailed(conference, participant) ? undefined : 'nothing was said'));
  expect(talker.openings).toBe(1);
  expect(talker.link.send('late')).toBe(false);
}

describe('a data channel', () => {
  it.each([
    ['active', 'SIGKILL'],
    ['active', 'SIGSTOP'],
    ['passive', 'SIGKILL'],
  ] as const)(
    'of a client that is %s in DTLS goes on after the death of its worker by %s',
    async (setup, signal) => {
      const plane = await startPlane();
      const call = await openCall(plane, { dataChannel: true, setup });
      atTheEnd(() => call.close());
      const { conference, alice, bob } = call;
      const talkers = [await Talker.of(conference, alice), await Talker.of(conference, bob)];
      for (const talker of talkers) await talker.talk('before');
      kill(plane, 0, signal);
      // While nobody is there to take it.
      for (const { participant, link } of talkers) {
        participant.client.sendText('meanwhile');
        expect(link.send('meanwhile')).toBe(true);
      }
      await died(plane, 1);
      await goesOn(bob);
      for (const talker of talkers) {
        await talker.talk('after');
        expect(talker.said).toEqual(['before', 'meanwhile', 'after']);
        expect(talker.heard).toEqual(['before', 'meanwhile', 'after']);
        // Told anew, so that the client is told the state.
        expect(talker.openings).toBe(2);
      }
      expect(conference.eventsOf('channel-closed')).toEqual([]);
      expect(conference.eventsOf('transport-state').at(-1)).toMatchObject({ dtls: 'connected' });
    },
  );

  it.each(['ECDHE+AESGCM+AES128', 'ECDHE+AESGCM+AES256', 'ECDHE+CHACHA20'])(
    'with %s outlives three workers and repeats no nonce',
    async (ciphers) => {
      const plane = await startPlane({
        workerBin: workerWithCiphers(workerBin(), ciphers).path,
        restarts,
      });
      const { talker, nat } = await talkThroughNat(plane);
      for (const death of [1, 2, 3]) {
        for (let number = 0; number < 20; number += 1) await talker.talk(`${death}.${number}`);
        await outlive(plane, talker, death);
      }
      await talker.talk('after');
      const records = applicationRecords(nat.returned);
      expect(records.length).toBeGreaterThan(60);
      expectNoRepetition(records.map(({ sequence }) => sequence));
      // The explicit nonce of AES-GCM.
      expectNoRepetition(records.map(({ start }) => start));
    },
  );

  it('goes on after a message of which the client has only pieces', async () => {
    const plane = await startPlane({ restarts });
    const { talker } = await talkThroughNat(plane);
    const long = 'x'.repeat(200 * 1024);
    for (const death of [1, 2]) {
      talker.link.send(long);
      await outlive(plane, talker, death);
      await talker.talk('after');
      expect(talker.heard.filter((text) => text !== 'after' && text !== long)).toEqual([]);
    }
  });

  it('goes on after messages that the worker had sent and the client never received', async () => {
    const plane = await startPlane({ restarts });
    const { talker, nat } = await talkThroughNat(plane);
    await talker.talk('before');
    for (const death of [1, 2]) {
      nat.loseAnswers(([type]) => type === recordType.applicationData);
      for (const place of [1, 2, 3]) {
        const lost = `${death}.${place} `.padEnd(1000);
        const sent = () => applicationRecords(nat.returned).filter(isLong).length;
        const before = sent();
        talker.link.send(lost);
        await until(() => (sent() > before ? undefined : 'the worker sends nothing'));
      }
      await outlive(plane, talker, death);
      nat.loseAnswers(() => false);
      await talker.talk(`after ${death}`);
    }
    expect(talker.heard).toEqual(['before', 'after 1', 'after 2']);
  });

  it('goes on over TCP, once the client connects anew', async () => {
    const plane = await startPlane();
    const talker = await Talker.join(await openConference(plane), 'alice', { protocol: 'tcp' });
    await talker.talk('before');
    await outlive(plane, talker);
    await talker.talk('after');
    expect(talker.said).toEqual(['before', 'after']);
  });

  it('opens after the death if it was not open before', async () => {
    const plane = await startPlane();
    const nat = await openNat(plane.ports!.udp);
    atTheEnd(() => nat.close());
    const conference = await openConference(plane);
    // The client has done its handshake, and its INIT does not come.
    let lost = 0;
    nat.lose((packet) => packet[0] === recordType.applicationData && (lost += 1) > 0);
    const options = { dataChannel: true, candidatePort: nat.port };
    const participant = await conference.add('alice', options);
    await participant.endpoint.setRemoteTransport(participant.client.remoteTransport());
    await until(() => (lost > 0 ? undefined : participant.client.state));
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    nat.lose(() => false);
    const talker = await Talker.of(conference, participant);
    await talker.talk('hello');
  });

  it('does not go on with another certificate that is signalled', async () => {
    const log = recordingLogger();
    const plane = await startPlane({}, log);
    const { talker } = await talkThroughNat(plane);
    await outlive(plane, talker);
    const { client, endpoint } = talker.participant;
    const remote = client.remoteTransport();
    const value = Array.from({ length: 32 }, () => '0A').join(':');
    await endpoint.setRemoteTransport({
      ...remote,
      fingerprints: remote.fingerprints.map((fingerprint) => ({ ...fingerprint, value })),
    });
    expect(log.lines.map(({ message }) => message)).toContain(
      'another DTLS fingerprint was signalled later: the first one counts',
    );
    await talker.talk('after');
  });
});

describe('a client is refused and invited again', () => {
  it('when its DTLS has a cipher that cannot be continued', async () => {
    const ciphers = 'ECDHE+AESCCM';
    const plane = await startPlane({ workerBin: workerWithCiphers(workerBin(), ciphers).path });
    const { talker } = await talkThroughNat(plane);
    await talker.talk('before');
    await refused(plane, talker);
  });

  it('when pieces of its message died with the worker', async () => {
    const plane = await startPlane();
    const { talker, nat } = await talkThroughNat(plane);
    // Of the client's long datagrams only the first passes.
    let long = 0;
    nat.lose(
      (packet) =>
        packet[0] === recordType.applicationData && packet.length > 1000 && (long += 1) > 1,
    );
    const returned = applicationRecords(nat.returned).length;
    talker.participant.client.sendText('x'.repeat(20_000));
    await until(() =>
      long > 1 && applicationRecords(nat.returned).length > returned
        ? undefined
        : 'no piece was acknowledged',
    );
    await refused(plane, talker);
    expect(talker.said).toEqual([]);
  });
});
