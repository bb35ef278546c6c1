// Video that is encrypted end to end, from one worker of a conference to another: the bridge reads the VP8 descriptor and the
// first bytes of a VP8 frame, or the dependency descriptor of AV1, and nothing else.
import { expect, it } from 'vitest';
import { atTheEnd } from '../../support/at-the-end.ts';
import { codecPayloadType } from '../../support/client/coded-frames.ts';
import { isWhole } from '../../support/client/sealed-body.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { parseVp8 } from '../../support/rtp/vp8-payload.ts';
import { until } from '../../support/until.ts';
import { buildPli } from '../../../loadtest/rtp/rtcp-packet.ts';
import { VIDEO } from './call-fixture.ts';
import {
  camera,
  forwarded,
  notMuted,
  openConference,
  packets,
  placeApart,
  startPlane,
} from './media-fixture.ts';

placeApart();

const VP8_DESCRIPTOR_BYTES = 6;
const VP8_HEADER_BYTES = { key: 10, delta: 3 };

function vp8Body(payload: Buffer): Buffer {
  const { startOfFrame, keyFrame } = parseVp8(payload);
  const header = startOfFrame ? VP8_HEADER_BYTES[keyFrame ? 'key' : 'delta'] : 0;
  return payload.subarray(VP8_DESCRIPTOR_BYTES + header);
}

it.each([
  ['VP8', vp8Body, [2, 0]],
  ['AV1', (payload: Buffer) => payload, [0]],
] as const)(
  '%s crosses unchanged, and so does a request for a key frame',
  async (codec, bodyOf, encodings) => {
    const plane = await startPlane();
    const conference = await openConference(plane);
    const alice = await conference.join('alice');
    const bob = await conference.join('bob');
    expect(alice.endpoint.link().worker).not.toBe(bob.endpoint.link().worker);
    const source = camera(alice.id, VIDEO);
    alice.endpoint.setReception({ sources: [source], muted: notMuted });
    const flow = new VideoFlow({
      client: alice.client,
      encodings: source.encodings,
      payloadType: codecPayloadType[codec],
      packetsPerFrame: 2,
      sealed: true,
    });
    atTheEnd(() => flow.stop());
    for (const encoding of encodings) {
      const layer = { encoding, spatial: 0, temporal: 2 };
      bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, { layer })], idealBps: 0 });
      await until(() => {
        const told = conference
          .eventsOf('forwarding')
          .findLast((each) => each.endpointId === bob.id);
        return told?.layer?.encoding === encoding ? undefined : `${JSON.stringify(told)} is sent`;
      });
      await packets(bob.client, VIDEO, bob.client.packetsOf(VIDEO).length + 30);
    }
    const before = flow.keyFramesSent;
    bob.client.send(buildPli(1, VIDEO));
    await until(() => (flow.keyFramesSent > before ? undefined : 'no key frame is asked for'));
    await packets(bob.client, VIDEO, bob.client.packetsOf(VIDEO).length + 30);
    const received = bob.client.packetsOf(VIDEO);
    expect(received.filter(({ payload }) => !isWhole(bodyOf(payload)))).toEqual([]);
    const steps = received
      .slice(1)
      .map((packet, place) => (packet.sequenceNumber - received[place]!.sequenceNumber) & 0xffff);
    expect(new Set(steps)).toEqual(new Set([1]));
  },
);
