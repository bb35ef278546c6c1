import { once } from 'node:events';
import { connect } from 'node:net';
import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { LocalTransport } from '../../../src/model/transport.ts';
import { jicofoOffer } from '../../support/client/jicofo-offer.ts';
import { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { BareWorker, consume, skipIfSanitized } from '../../support/rtp/bare-worker.ts';
import { videoParameters } from '../../support/rtp/jitsi-parameters.ts';
import { PlainPeer } from '../../support/rtp/plain-peer.ts';
import { buildBindingRequest } from '../../support/rtp/stun-message.ts';
import { VideoSource } from '../../support/rtp/video-source.ts';
import { until } from '../../support/until.ts';

let bare: BareWorker;
let server: types.WebRtcServer;
let sender: PlainPeer;
let clients: WebRtcClient[];

beforeEach(async () => {
  bare = await BareWorker.start();
  server = await bare.worker.createWebRtcServer({
    listenInfos: [
      { protocol: 'udp', ip: '127.0.0.1' },
      { protocol: 'tcp', ip: '127.0.0.1' },
    ],
  });
  sender = await PlainPeer.open(bare.router);
  clients = [];
});

afterEach(() => {
  for (const client of clients) client.close();
  sender.close();
  bare.close();
});

/** What the bridge would signal of a transport. */
function signalled(transport: types.WebRtcTransport): LocalTransport {
  const { usernameFragment, password } = transport.iceParameters;
  return {
    ufrag: usernameFragment,
    pwd: password,
    candidates: transport.iceCandidates.map(({ foundation, priority, ip, port, protocol }) => ({
      ...{ foundation, priority, ip, port, protocol },
      component: 1,
      type: 'host',
      ...(protocol === 'tcp' && { tcpType: 'passive' as const }),
    })),
    fingerprints: transport.dtlsParameters.fingerprints
      .filter(({ algorithm }) => algorithm === 'sha-256')
      .map(({ value }) => ({ hash: 'sha-256', value, setup: 'actpass' })),
  };
}

async function join(protocol: 'udp' | 'tcp'): Promise<[WebRtcClient, types.WebRtcTransport]> {
  const transport = await bare.router.createWebRtcTransport({
    webRtcServer: server,
    enableTcp: true,
    iceConsentTimeout: 0,
  });
  const client = await WebRtcClient.create({
    name: `${protocol}${clients.length}`,
    transport: signalled(transport),
    media: jicofoOffer,
    protocol,
  });
  clients.push(client);
  const [fingerprint] = client.remoteTransport().fingerprints;
  await transport.connect({
    dtlsParameters: {
      role: 'client',
      fingerprints: [{ algorithm: 'sha-256', value: fingerprint?.value ?? '' }],
    },
  });
  await until(() => (client.connected ? undefined : `${client.name} is ${client.state}`), 30_000);
  return [client, transport];
}

it('receivers over TCP and over UDP on one server get the same video, whole and in order', async () => {
  const producer = await sender.transport.produce({
    kind: 'video',
    rtpParameters: videoParameters({ ssrc: 1000 }),
  });
  for (const protocol of ['udp', 'tcp', 'udp', 'tcp'] as const) {
    const [, transport] = await join(protocol);
    await consume(transport, producer, videoParameters({ ssrc: 2000 }));
  }
  const source = new VideoSource({ ssrc: 1000 });
  for (let frame = 0; frame < 60; frame += 1) {
    for (const packet of source.frame({ keyFrame: frame === 0, packets: 8, payloadBytes: 1000 }))
      sender.send(packet);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  for (const client of clients) {
    await until(() =>
      client.packetsOf(2000).length === 480
        ? undefined
        : `${client.name} has ${client.packetsOf(2000).length} packets`,
    );
    const numbers = client.packetsOf(2000).map(({ sequenceNumber }) => sequenceNumber);
    const first = numbers[0] ?? 0;
    expect(numbers).toEqual(numbers.map((_, place) => (first + place) & 0xffff));
  }
});

it('a client that never reads from its TCP connection cannot use up memory', async (context) => {
  skipIfSanitized(context);
  const transport = await bare.router.createWebRtcTransport({
    webRtcServer: server,
    enableTcp: true,
  });
  const { usernameFragment, password } = transport.iceParameters;
  const candidate = transport.iceCandidates.find(({ protocol }) => protocol === 'tcp');
  const stream = connect({ host: '127.0.0.1', port: candidate?.port ?? 0 });
  await once(stream, 'connect');
  stream.pause();
  const username = `${usernameFragment}:client`;
  const check = buildBindingRequest({ username, password, role: 'controlling' });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(check.length);
  const thousand = Buffer.concat(Array.from({ length: 1000 }, () => [length, check]).flat());
  const residentKb = async () => (await bare.worker.getResourceUsage()).ru_maxrss;
  const before = await residentKb();
  // Some 30 MB of responses.
  for (let turn = 0; turn < 400; turn += 1) {
    if (!stream.write(thousand)) await once(stream, 'drain');
  }
  expect((await residentKb()) - before).toBeLessThan(12_000);
  expect(bare.death).toBeUndefined();
  stream.destroy();
});
