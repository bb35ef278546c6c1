import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openNat } from '../../support/client/nat.ts';
import { until } from '../../support/until.ts';
import {
  forwarded,
  letHear,
  mediaOptions,
  microphone,
  notMuted,
  packets,
  recordingLogger,
  TestConference,
} from './media-fixture.ts';

let plane: MediasoupPlane;
let conference: TestConference;

beforeAll(async () => {
  plane = await MediasoupPlane.start(mediaOptions(), recordingLogger());
});
afterAll(() => plane.close());
beforeEach(async () => {
  conference = await TestConference.open(plane);
});
afterEach(() => conference.close());

describe('transport of an endpoint', () => {
  it('takes over the address and port of an older endpoint that is not closed yet', async () => {
    const shared = await openNat(plane.ports!.udp);
    const through = (port: number) => ({ candidatePort: port });
    const before = await conference.join('before', through(shared.port));
    before.client.close();
    const after = await conference.join('after', through(shared.port));
    const source = microphone(after.id, 1001);
    after.endpoint.setReception({ sources: [source], muted: notMuted });
    const bob = await conference.join('bob');
    bob.endpoint.setPlan({ streams: [forwarded(after.id, source)], idealBps: 0 });
    const flow = new AudioFlow({ client: after.client, ssrc: 1001 });
    await packets(bob.client, 1001, 10);
    // The end of the older one takes nothing away.
    before.endpoint.close();
    await packets(bob.client, 1001, bob.client.packetsOf(1001).length + 20);
    flow.stop();
    shared.close();
  });

  it.each(['udp', 'tcp'] as const)('connects over %s and carries audio', async (protocol) => {
    const alice = await conference.join('alice', { protocol });
    const bob = await conference.join('bob', { protocol });
    letHear(bob, alice, 1001);
    const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
    await packets(bob.client, 1001, 20);
    flow.stop();
    const states = conference.eventsOf('transport-state').filter((e) => e.endpointId === alice.id);
    expect(states.at(-1)).toMatchObject({ ice: 'connected', dtls: 'connected' });
    await until(() => (conference.eventsOf('activity').length > 0 ? undefined : 'no activity'));
  });
});
