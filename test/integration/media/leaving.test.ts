import { expect, it } from 'vitest';
import { MediasoupPlane } from '../../../src/io/media/media-plane.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import {
  letHear,
  mediaOptions,
  packets,
  recordingLogger,
  TestConference,
} from './media-fixture.ts';

it('an endpoint that leaves makes no line in the log, whoever was sent its sources', async () => {
  const log = recordingLogger();
  const plane = await MediasoupPlane.start(mediaOptions(), log);
  const conference = await TestConference.open(plane);
  const alice = await conference.join('alice');
  const bob = await conference.join('bob');
  letHear(bob, alice, 1001);
  const flow = new AudioFlow({ client: alice.client, ssrc: 1001 });
  await packets(bob.client, 1001, 5);
  flow.stop();
  alice.endpoint.close();
  bob.endpoint.setPlan({ streams: [], idealBps: 0 });
  // The worker answers in order: what was asked before has been seen to.
  await conference.add('carol');
  expect(log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  conference.close();
  plane.close();
});
