import { expect, it } from 'vitest';
import { endpointId, meetingId } from '../../../src/model/ids.ts';
import {
  camera,
  ConferenceScene,
  createCommand,
  updateCommand,
} from '../../support/conference-scene.ts';

it('counts conferences and endpoints as operations.md §3.5 has them', async () => {
  const scene = new ConferenceScene();
  await scene.joinFully('a');
  await scene.join('b', { sources: [camera('b')] });
  await scene.join('v', { visitor: true });
  const quiet = meetingId('quiet');
  await scene.execute({ meetingId: quiet, create: true, endpoints: [createCommand('x')] });
  await scene.execute({ meetingId: quiet, endpoints: [createCommand('y')] });

  expect(scene.conferences.statistics()).toMatchObject({
    conferences: 2,
    inactiveConferences: 1,
    p2pConferences: 1,
    largestConference: 3,
    localEndpoints: 5,
    localActiveEndpoints: 3,
    inactiveEndpoints: 2,
    receiveOnlyEndpoints: 2,
    endpointsSendingAudio: 1,
    endpointsSendingVideo: 1,
    visitors: 1,
    endpointsOversending: 0,
    endpointsWithSuspendedSources: 0,
    totals: { conferencesCreated: 2, participants: 5, visitors: 1 },
  });
});

it('counts who is muted by the focus as not sending', async () => {
  const scene = new ConferenceScene();
  await scene.joinFully('a');
  const forceMute = { audio: true, video: true };
  await scene.execute({ endpoints: [updateCommand('a', { forceMute })] });
  expect(scene.conferences.statistics()).toMatchObject({
    endpointsSendingAudio: 0,
    endpointsSendingVideo: 0,
    inactiveConferences: 1,
  });
});

it('counts receivers that lack bandwidth, and those that are oversent', async () => {
  const scene = new ConferenceScene();
  const a = await scene.joinFully('a');
  const b = await scene.joinFully('b');
  scene.report({ type: 'estimate', endpointId: endpointId('b'), availableBps: 40_000 });
  expect(scene.conferences.statistics().endpointsWithSuspendedSources).toBe(1);
  scene.say('a', a, { type: 'video-type', source: undefined, videoType: 'desktop' });
  const onStageSources = [camera('a').name];
  scene.say('b', b, { type: 'receiver-settings', update: { onStageSources } });
  expect(scene.conferences.statistics()).toMatchObject({
    endpointsOversending: 1,
    endpointsWithSuspendedSources: 0,
  });
});

it('counts how transports fare', async () => {
  const scene = new ConferenceScene();
  const state = (
    id: string,
    ice: 'connected' | 'failed' | 'disconnected',
    dtls: 'new' | 'connected',
  ) => scene.report({ type: 'transport-state', endpointId: endpointId(id), ice, dtls });
  for (const id of ['good', 'no-dtls', 'no-ice']) await scene.join(id);
  state('good', 'connected', 'new');
  state('good', 'connected', 'connected');
  state('good', 'disconnected', 'connected');
  state('good', 'connected', 'connected');
  state('no-dtls', 'connected', 'new');
  state('no-ice', 'failed', 'new');
  await scene.execute({ expire: true });
  expect(scene.conferences.statistics().totals).toMatchObject({
    iceSucceeded: 2,
    iceFailed: 1,
    dtlsFailed: 1,
  });
});
