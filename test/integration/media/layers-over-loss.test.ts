// Cameras with layers in one stream behind a link that loses packets (docs/media-plane.md, "Layers"): what a receiver is not sent must not
// be missed by it.
import { expect, it } from 'vitest';
import { Measurements } from '../../../loadtest/media/measurements.ts';
import { VideoSender } from '../../../loadtest/media/video-sender.ts';
import { payloadTypesOf } from '../../../loadtest/client/payload-types.ts';
import { buildNack } from '../../../loadtest/rtp/rtcp-packet.ts';
import { loadTrace } from '../../../loadtest/traces/load-trace.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { jicofoOffer } from '../../support/client/jicofo-offer.ts';
import { missingNumbers } from '../../support/client/missing-numbers.ts';
import { openShapedLink } from '../../support/client/shaped-link.ts';
import type { WebRtcClient } from '../../support/client/webrtc-client.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { until } from '../../support/until.ts';
import {
  camera,
  forwarded,
  notMuted,
  openConference,
  packets,
  startPlane,
} from './media-fixture.ts';

const stream = { ssrc: 3001, rtx: 3011 };
const lost = { from: 40, share: 0.1 };

/** A browser's camera, as recorded, until the end of the test. */
function play(codec: 'VP9' | 'AV1', client: WebRtcClient): void {
  const trace = loadTrace(codec);
  const types = payloadTypesOf(jicofoOffer, codec);
  let transportSequence = 0;
  const sender = new VideoSender({
    participant: 1,
    group: 0,
    codec,
    track: trace.tracks[0]!,
    framesPerSecond: trace.framesPerSecond,
    encoding: 0,
    ...stream,
    payloadType: types.media,
    rtxPayloadType: types.rtx,
    random: seededRandom(),
    startUs: 0,
    nextTransportSequence: () => (transportSequence = (transportSequence + 1) & 0xffff),
    totals: new Measurements(),
    emit: (packet) => client.send(packet),
  });
  sender.setLayers(3);
  const stopListening = client.onFeedback((packet) => {
    if (packet.type === 'nack') sender.retransmit(packet.lost);
    if (packet.type === 'pli') sender.requestKeyFrame();
  });
  const playing = setInterval(
    () => sender.send(performance.now() * 1000),
    1000 / trace.framesPerSecond,
  );
  atTheEnd(() => {
    clearInterval(playing);
    stopListening();
  });
}

it.each([
  ['VP9', 2],
  ['AV1', 1],
] as const)('%s in spatial layer %i is whole for who receives it', async (codec, spatial) => {
  const plane = await startPlane();
  const conference = await openConference(plane);
  const link = await openShapedLink(plane.ports!.udp);
  atTheEnd(() => link.close());
  const alice = await conference.join('alice', { candidatePort: link.port });
  const bob = await conference.join('bob');
  const source = camera(alice.id, stream.ssrc, 1);
  alice.endpoint.setReception({ sources: [source], muted: notMuted });
  play(codec, alice.client);
  const layer = { encoding: 0, spatial, temporal: 2 };
  bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, { layer })], idealBps: 0 });
  const forwards = () => conference.eventsOf('forwarding').at(-1)?.layer?.spatial;
  await until(() => (forwards() === spatial ? undefined : `layer ${forwards()} is sent`));

  const asking = setInterval(() => {
    const missed = missingNumbers(bob.client, stream);
    if (missed.length > 0) bob.client.send(buildNack(1, stream.ssrc, missed.slice(-100)));
  }, 50);
  atTheEnd(() => clearInterval(asking));
  link.up.shape({ delayMs: 5, loss: lost.share });
  await until(() => (link.up.lost >= lost.from ? undefined : `${link.up.lost} packets are lost`));
  link.up.shape({ loss: 0 });
  await packets(bob.client, stream.ssrc, bob.client.packetsOf(stream.ssrc).length + 50);
  await until(() => {
    const missed = missingNumbers(bob.client, stream);
    return missed.length === 0 ? undefined : `${missed.length} packets are missing`;
  });
  const empty = bob.client.packetsOf(stream.ssrc).filter(({ payload }) => payload.length === 0);
  expect(empty.length).toBeGreaterThan(0);
});
