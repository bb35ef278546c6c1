// Which microphones are sent to whom (bridge-channel.md §2.14).
import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import {
  camera,
  ConferenceScene,
  microphone,
  updateCommand,
} from '../../support/conference-scene.ts';

describe('audio', () => {
  it('starts with the first packet of a source, after its map', async () => {
    const { scene, links } = await call('b');
    await scene.join('a', { sources: [microphone('a')] });
    expect(links['b']!.of('audio-sources-map')).toEqual([]);
    const source = sourceName('a-a0');
    scene.report({ type: 'codec', endpointId: endpointId('a'), source, codec: 'opus' });
    const [mapping] = links['b']!.of('audio-sources-map').flatMap(({ mappings }) => mappings);
    const [stream] = scene.media.endpoints.get('b')!.plan.streams;
    expect(mapping).toEqual({ source: 'a-a0', owner: 'a', ssrc: stream!.ssrc });
    expect(stream).not.toHaveProperty('rtx');
    expect(stream).not.toHaveProperty('layer');
  });

  it('follows the subscription, in which exclusion wins and synthetic voices are only by name', async () => {
    const { scene, links } = await call('a', 'c', 'b');
    const voice = { ...microphone('a', 'a-a0.fr'), synthetic: true };
    const sources = [microphone('a'), camera('a'), voice];
    await scene.execute({ endpoints: [updateCommand('a', { sources })] });
    const codec = { type: 'codec', endpointId: endpointId('a'), codec: 'opus' } as const;
    scene.report({ ...codec, source: voice.name });
    const hear = (all: boolean, include: string[], exclude: string[]) => {
      const set = (names: string[]) => new Set(names.map(sourceName));
      const subscription = { all, include: set(include), exclude: set(exclude) };
      scene.say('b', links['b']!, { type: 'audio-subscription', subscription });
      return scene.sent('b', 'audio');
    };
    expect(scene.sent('b', 'audio')).toEqual(['a-a0', 'c-a0']);
    expect(hear(false, [], [])).toEqual([]);
    expect(hear(false, ['c-a0'], [])).toEqual(['c-a0']);
    expect(hear(true, ['a-a0.fr'], ['a-a0'])).toEqual(['a-a0.fr', 'c-a0']);
    expect(hear(true, ['c-a0'], ['c-a0'])).toEqual(['a-a0']);
  });

  it('of a large conference is that of those heard lately', async () => {
    const scene = new ConferenceScene();
    const ids = Array.from({ length: 24 }, (_, at) => `e${at}`);
    for (const id of ids) {
      await scene.join(id, { sources: [microphone(id)], ssrcRewriting: id !== 'e21' });
      const source = sourceName(`${id}-a0`);
      scene.report({ type: 'codec', endpointId: endpointId(id), source, codec: 'opus' });
    }
    scene.time.advance(50);
    expect(scene.sent('e21', 'audio')).toEqual([]);
    const heard = (id: string, dBov = -30) => {
      scene.report({ type: 'audio-levels', levels: [{ endpointId: endpointId(id), dBov }] });
      scene.time.advance(250);
    };
    heard('e0', -90);
    expect(scene.sent('e21', 'audio')).toEqual([]);
    for (const id of ids.slice(0, 20)) heard(id);
    expect(scene.sent('e21', 'audio')).toHaveLength(20);
    heard('e0');
    heard('e20');
    // A pause for breath costs nobody a place.
    expect(scene.sent('e21', 'audio')).toEqual(ids.slice(0, 21).map((id) => `${id}-a0`));
    // However quietly, who is dominant is heard.
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('e22') });
    scene.time.advance(50);
    expect(scene.sent('e21', 'audio')).toContain('e22-a0');
    expect(scene.sent('e21', 'audio')).not.toContain('e23-a0');
    // So is who begins to speak, before the levels say so.
    scene.report({ type: 'voice-start', endpointId: endpointId('e23') });
    scene.time.advance(50);
    expect(scene.sent('e21', 'audio')).toContain('e23-a0');
    // Four go, and it is no large conference any more.
    for (const id of ['e5', 'e6', 'e7', 'e8']) {
      await scene.execute({ endpoints: [{ type: 'expire', id: endpointId(id) }] });
    }
    scene.time.advance(50);
    expect(scene.sent('e21', 'audio')).toHaveLength(19);
  });

  it('of a large conference is decided at once, but no more than every 50 ms', async () => {
    const scene = new ConferenceScene();
    const ids = Array.from({ length: 21 }, (_, at) => `e${at}`);
    for (const id of ids) await scene.join(id, { sources: [microphone(id)], ssrcRewriting: false });
    scene.time.advance(50);
    const start = (id: string) => {
      const endpoint = endpointId(id);
      const source = sourceName(`${id}-a0`);
      scene.report({ type: 'codec', endpointId: endpoint, source, codec: 'opus' });
      scene.report({ type: 'audio-levels', levels: [{ endpointId: endpoint, dBov: -30 }] });
    };
    start('e1');
    expect(scene.sent('e0', 'audio')).toEqual([]); // its first packet was acted on, its voice waits
    start('e2');
    start('e3');
    expect(scene.time.pending).toBe(2); // the tick and one refresh
    scene.time.advance(50);
    expect(scene.sent('e0', 'audio')).toEqual(['e1-a0', 'e2-a0', 'e3-a0']);
    start('e4');
    await scene.execute({ expire: true });
    scene.conferences.closeAll();
    expect(scene.time.pending).toBe(0);
  });
});
