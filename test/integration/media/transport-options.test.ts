import dgram from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { defaultTransports, type TransportOptions } from '../../../src/io/media/media-options.ts';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { buildBindingRequest } from '../../support/rtp/stun-message.ts';
import { CollectedLog } from '../../support/collected-log.ts';
import { until } from '../../support/until.ts';
import { TestConference, mediaOptions } from './media-fixture.ts';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const each of open.splice(0).reverse()) each.close();
});

async function start(changes: Partial<TransportOptions>) {
  const log = new CollectedLog();
  const transports = { ...defaultTransports, ...changes };
  const plane = await MediasoupPlane.start(mediaOptions({ transports }), log);
  const conference = await TestConference.open(plane);
  open.push(plane, conference);
  return { plane, conference, log };
}

const pathLine = (log: CollectedLog) =>
  log.lines.find(({ message }) => message === 'ICE connected');

it('signals the fingerprint of the hash that was asked for, and clients connect with it', async () => {
  const { conference } = await start({ localFingerprintHash: 'sha-512' });
  const { endpoint } = await conference.join('alice');
  const [fingerprint] = endpoint.localTransport().fingerprints;
  expect(fingerprint?.hash).toBe('sha-512');
  expect(fingerprint?.value.split(':')).toHaveLength(64);
});

it('takes no fingerprint with a hash that is not accepted', async () => {
  const { conference, log } = await start({ acceptedFingerprintHashes: ['sha-512'] });
  const { endpoint, client } = await conference.add('alice');
  await endpoint.setRemoteTransport(client.remoteTransport());
  expect(log.lines.map(({ message }) => message)).toContain(
    'no DTLS fingerprint with an accepted hash: media will not connect',
  );
});

it('restarts ICE only where that is switched on', async () => {
  const { conference } = await start({ iceRestart: false });
  const { endpoint } = await conference.join('alice');
  expect(await endpoint.restartIce()).toBeUndefined();
});

it.each([
  [true, 'x.x.x.x:'],
  [false, '127.0.0.1:'],
])(
  'logs the path of media, with clients’ addresses redacted: %s',
  async (remoteAddresses, seen) => {
    const { conference, log } = await start({ redaction: { remoteAddresses } });
    await conference.join('alice');
    const fields = pathLine(log)?.fields as { remote: string; local: string };
    expect(fields.remote.startsWith(seen)).toBe(true);
    expect(fields.local.startsWith('127.0.0.1:')).toBe(true);
  },
);

it('gives up a client that never begins its DTLS handshake', async () => {
  const { plane, conference, log } = await start({ dtlsHandshakeTimeoutMs: 200 });
  const { endpoint, client, id } = await conference.add('alice');
  const remote = client.remoteTransport();
  client.close(); // it would begin at once
  await endpoint.setRemoteTransport(remote);
  const { ufrag, pwd } = endpoint.localTransport();
  const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  open.push(socket);
  const check = buildBindingRequest({
    username: `${ufrag}:abcd`,
    password: pwd,
    role: 'controlling',
  });
  await until(() => {
    socket.send(check, plane.ports!.udp, '127.0.0.1');
    const state = conference.eventsOf('transport-state').findLast((e) => e.endpointId === id);
    return state?.dtls === 'failed' ? undefined : `DTLS is ${state?.dtls ?? 'new'}`;
  });
  expect(log.lines.map(({ message }) => message)).toContain(
    'the DTLS handshake takes too long: given up',
  );
});
