import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import {
  TestConference,
  camera,
  forwarded,
  mediaOptions,
  microphone,
  notMuted,
  recordingLogger,
  type Participant,
} from './media-fixture.ts';

let plane: MediasoupPlane;
let conference: TestConference;
let alice: Participant;
let bob: Participant;
const flows: { stop(): void }[] = [];

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
});
afterAll(() => plane.close());
beforeEach(async () => {
  conference = await TestConference.open(plane);
  alice = await conference.join('alice');
  bob = await conference.join('bob');
});
afterEach(() => {
  for (const flow of flows.splice(0)) flow.stop();
  conference.close();
});

function flowing<T extends { stop(): void }>(flow: T): T {
  flows.push(flow);
  return flow;
}

async function layersTold(encodings: string): Promise<void> {
  await until(() => {
    const layers = conference.eventsOf('layers').at(-1)?.layers ?? [];
    const told = layers.map(({ index }) => `${index.encoding}.${index.spatial}`);
    const found = [...new Set(told)].join();
    return found === encodings ? undefined : `layers ${found} are told, not ${encodings}`;
  });
}

it('VP9 in streams, as Firefox sends it, is received whole', async () => {
  const source = camera(alice.id, 3001);
  const { encodings } = source;
  alice.endpoint.setReception({ sources: [source], muted: notMuted });
  const options = { client: alice.client, encodings, payloadType: 101, vp9InStreams: true };
  const flow = flowing(new VideoFlow(options));
  await layersTold('0.0,1.0,2.0');
  for (const encoding of [2, 0, 1]) {
    const layer = { encoding, spatial: 0, temporal: 2 };
    bob.endpoint.setPlan({ streams: [forwarded(alice.id, source, { layer })], idealBps: 0 });
    await until(() => {
      const last = conference.eventsOf('forwarding').at(-1)?.layer;
      return last?.encoding === encoding ? undefined : `${JSON.stringify(last)} is sent`;
    });
  }
  const numbers = bob.client.packetsOf(3001).map(({ sequenceNumber }) => sequenceNumber);
  const steps = numbers.slice(1).map((number, place) => (number - numbers[place]!) & 0xffff);
  expect(steps.filter((step) => step !== 1 && step !== 2)).toEqual([]);
  // A sender that goes over to another codec and comes back with all layers in one stream is followed.
  flow.stop();
  flowing(new VideoFlow({ client: alice.client, encodings, payloadType: 101 }));
  await layersTold('0.0,0.1,0.2');
});

it('a voice that begins is told at once, if it is no synthetic one', async () => {
  const voice = { ...microphone(bob.id, 2001), synthetic: true };
  alice.endpoint.setReception({ sources: [microphone(alice.id, 1001)], muted: notMuted });
  bob.endpoint.setReception({ sources: [voice], muted: notMuted });
  flowing(new AudioFlow({ client: bob.client, ssrc: 2001, levelDbov: -20 }));
  const quiet = flowing(new AudioFlow({ client: alice.client, ssrc: 1001, levelDbov: -80 }));
  await until(() => (conference.eventsOf('codec').length === 2 ? undefined : 'no audio yet'));
  expect(conference.eventsOf('voice-start')).toEqual([]);
  quiet.stop();
  flowing(new AudioFlow({ client: alice.client, ssrc: 1001, levelDbov: -20, first: 1000 }));
  await until(() => (conference.eventsOf('voice-start').length > 0 ? undefined : 'not told'));
  expect(conference.eventsOf('voice-start')[0]).toEqual({
    type: 'voice-start',
    endpointId: 'alice',
  });
});
