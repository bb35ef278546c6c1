// What a client negotiated for SRTP decides whether the next worker can go on with it (docs/reliability.md).
import { beforeAll, describe, expect, it } from 'vitest';
import { buildNative } from '../../../loadtest/certify/native-limits.ts';
import { endpointId } from '../../../src/model/ids.ts';
import { BenchPeers, makeCertificate, type PeerCertificate } from '../../bench/bench-peers.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { jicofoOffer } from '../../support/client/jicofo-offer.ts';
import { until } from '../../support/until.ts';
import { AUDIO, died, hasFailed, kill, refusal } from './call-fixture.ts';
import {
  forwarded,
  microphone,
  notMuted,
  openConference,
  startPlane,
  type TestConference,
} from './media-fixture.ts';

beforeAll(buildNative);

async function add({ media }: TestConference, name: string, { fingerprint }: PeerCertificate) {
  const id = endpointId(name);
  const options = { endpointId: id, media: jicofoOffer, sctp: false, privateAddresses: true };
  const endpoint = await media.addEndpoint(options);
  await endpoint.setRemoteTransport({
    credentials: { ufrag: 'peer', pwd: 'peerpeerpeerpeerpeerpeer' },
    candidates: [],
    fingerprints: [{ hash: 'sha-256', value: fingerprint, setup: 'active' }],
  });
  return { id, endpoint };
}

function stopAtTheEnd(peers: BenchPeers): BenchPeers {
  atTheEnd(() => void peers.stop());
  return peers;
}

/** One speaks and another one hears it, both with this profile. */
async function openTalk(profile: PeerCertificate['profile']) {
  const plane = await startPlane();
  const conference = await openConference(plane);
  const certificate = makeCertificate(profile);
  const speaker = await add(conference, 'speaker', certificate);
  const listener = await add(conference, 'listener', certificate);
  const source = microphone(speaker.id, AUDIO);
  speaker.endpoint.setReception({ sources: [source], muted: notMuted });
  listener.endpoint.setPlan({ streams: [forwarded(speaker.id, source)], idealBps: 0 });
  const port = plane.ports!.udp;
  const ear = stopAtTheEnd(
    await BenchPeers.receive(port, [listener.endpoint.localTransport()], certificate),
  );
  const shape = { burst: 1, rate: 50, bytes: 160 };
  const stream = { kind: 'audio', ssrc: AUDIO, shape } as const;
  stopAtTheEnd(await BenchPeers.send(port, speaker.endpoint.localTransport(), certificate, stream));
  /** Waits until another 50 packets came, of which none was forged or repeated. */
  const hears = async () => {
    const { received: before } = await ear.look();
    await until(async () => {
      const { received, refused } = await ear.look();
      expect(refused).toBe(0);
      return received >= before + 50 ? undefined : `${received - before} packets came`;
    });
  };
  await hears();
  return { plane, conference, speaker, listener, hears };
}

describe('when its worker dies, a client with', () => {
  it.each(['SRTP_AEAD_AES_128_GCM', 'SRTP_AEAD_AES_256_GCM'] as const)(
    '%s goes on, and no index comes twice',
    async (profile) => {
      const { plane, conference, hears } = await openTalk(profile);
      kill(plane, 0, 'SIGKILL');
      await died(plane, 1);
      await hears();
      expect(conference.eventsOf('lost')).toEqual([]);
    },
  );

  it('SRTP_AES128_CM_SHA1_80 is refused, and sent nothing more', async () => {
    const { plane, conference, speaker, listener } = await openTalk('SRTP_AES128_CM_SHA1_80');
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    for (const { id, endpoint } of [speaker, listener]) {
      await until(() => (hasFailed(conference, { id }) ? undefined : `${id} did not fail`));
      expect(await refusal(plane, { endpoint })).toBe(true);
    }
  });
});
