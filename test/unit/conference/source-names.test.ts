// Whose source a name is: clients begin their sources' names with their endpoint id, and a focus checks none.
import { expect, it } from 'vitest';
import { endpointId, ssrc } from '../../../src/model/ids.ts';
import {
  camera,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';

const namesOf = (scene: ConferenceScene, id: string) =>
  scene.media.endpoints.get(id)!.reception!.sources.map(({ name }) => name);

it('cannot be that of another endpoint, which need not have it yet', async () => {
  const scene = new ConferenceScene();
  await scene.join('a');
  await scene.join('b', { sources: [microphone('b')] });
  const sources = [camera('a', 'b-v0'), microphone('a')];
  const { ok } = await scene.execute({ endpoints: [updateCommand('a', { sources })] });
  expect(ok).toBe(true);
  expect(namesOf(scene, 'a')).toEqual(['a-a0']);
});

it('is given back to the endpoint that comes later, and that of one long gone is kept', async () => {
  const scene = new ConferenceScene();
  await scene.join('a', { sources: [camera('a', 'b-v0'), camera('a', 'gone-v0')] });
  expect(namesOf(scene, 'a')).toEqual(['b-v0', 'gone-v0']);
  await scene.join('b');
  expect(namesOf(scene, 'a')).toEqual(['gone-v0']);
  await scene.execute({ endpoints: [updateCommand('b', { sources: [camera('b')] })] });
  expect(namesOf(scene, 'b')).toEqual(['b-v0']);
});

it('is that of the longer of two ids that begin it', async () => {
  const scene = new ConferenceScene();
  await scene.join('c', { sources: [camera('c', 'c-d-a0'), microphone('c')] });
  const own = { ...microphone('c-d'), encodings: [{ ssrc: ssrc(7) }] };
  await scene.join('c-d', { sources: [own] });
  expect(namesOf(scene, 'c')).toEqual(['c-a0']);
  expect(namesOf(scene, 'c-d')).toEqual(['c-d-a0']);
});

it('is taken as soon as the other leaves, is expired or takes another', async () => {
  const scene = new ConferenceScene();
  const shared = camera('a', 'shared-v0');
  const other = { ...microphone('b'), encodings: [{ ssrc: ssrc(7) }] };
  await scene.join('a', {
    sources: [shared, { ...microphone('a'), encodings: [{ ssrc: ssrc(7) }] }],
  });
  await scene.join('b', { sources: [shared, other] });
  expect(namesOf(scene, 'b')).toEqual([]);
  await scene.execute({ endpoints: [updateCommand('a', { sources: [shared] })] });
  expect(namesOf(scene, 'b')).toEqual(['b-a0']);
  await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
  expect(namesOf(scene, 'b')).toEqual(['b-a0', 'shared-v0']);
});

it('is tried again as the client last wished, and not what can never be taken', async () => {
  const scene = new ConferenceScene();
  const long = camera('b', `b-${'x'.repeat(300)}`);
  await scene.join('a', { sources: [camera('a', 'shared-v0')] });
  await scene.join('b', { sources: [camera('b', 'shared-v0'), long] });
  expect(scene.conference!.endpoints.get(endpointId('b'))!.leftOut).toHaveLength(1);
  await scene.execute({ endpoints: [updateCommand('b', { sources: [microphone('b')] })] });
  await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('a') }] });
  expect(namesOf(scene, 'b')).toEqual(['b-a0']);
});

it('is taken back when the endpoint that it was removed for has left, also for silence', async () => {
  const scene = new ConferenceScene();
  await scene.joinFully('a', 720, { sources: [camera('a', 'b-v0')], expiresWhenSilent: false });
  await scene.join('b');
  expect(namesOf(scene, 'a')).toEqual([]);
  scene.time.advance(300_000);
  expect(scene.conference!.endpoints.has(endpointId('b'))).toBe(false);
  expect(namesOf(scene, 'a')).toEqual(['b-v0']);
});
