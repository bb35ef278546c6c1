// What clients are told of who speaks, and of what is wanted of them.
import { describe, expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import { camera, updateCommand } from '../../support/conference-scene.ts';

describe('speakers', () => {
  it('come first within last-n', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    scene.say('c', links['c']!, { type: 'receiver-settings', update: { lastN: 1 } });
    expect(scene.sent('c', 'video')).toEqual(['a-v0']);
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('b') });
    expect(scene.sent('c', 'video')).toEqual(['b-v0']);
    expect(links['a']!.of('dominant-speaker')).toEqual([
      { type: 'dominant-speaker', endpointId: 'b', previous: [], silence: false },
    ]);
  });

  it('are announced once each time, with the former ones', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    for (const id of ['a', 'b', 'b', 'c'])
      scene.report({ type: 'dominant-speaker', endpointId: endpointId(id) });
    expect(
      links['a']!.of('dominant-speaker').map(({ endpointId: id, previous }) => [id, ...previous]),
    ).toEqual([['a'], ['b', 'a'], ['c', 'b', 'a']]);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    expect(links['a']!.of('dominant-speaker').at(-1)).toMatchObject({
      endpointId: 'b',
      previous: ['a'],
    });
    expect(scene.conferences.statistics().totals.dominantSpeakerChanges).toBe(3);
  });

  it('are announced with the last ten at most', async () => {
    const ids = Array.from({ length: 13 }, (_, at) => `s${at}`);
    const { scene, links } = await call(...ids);
    for (const id of ids) scene.report({ type: 'dominant-speaker', endpointId: endpointId(id) });
    expect(links['s0']!.of('dominant-speaker').at(-1)!.previous).toEqual(
      ids.slice(2, 12).reverse(),
    );
    // Who was dominant before those goes unnoticed.
    const announced = links['s0']!.of('dominant-speaker').length;
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('s1') }] });
    expect(links['s0']!.of('dominant-speaker')).toHaveLength(announced);
  });

  it('are never visitors', async () => {
    const { scene, links } = await call('a');
    await scene.join('v', { visitor: true });
    scene.report({ type: 'dominant-speaker', endpointId: endpointId('v') });
    expect(links['a']!.of('dominant-speaker')).toEqual([]);
  });
});

describe('senders', () => {
  it('hear the greatest wish of all receivers, no limit above all, and 0 when nobody is left', async () => {
    const { scene, links } = await call('a', 'b', 'c');
    const told = () => links['a']!.of('sender-constraints').map(({ maxHeight }) => maxHeight);
    links['a']!.events.length = 0;
    scene.want('b', links['b']!, 180);
    expect(told()).toEqual([]);
    scene.want('c', links['c']!, 360);
    scene.want('b', links['b']!, -1);
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('b') }] });
    await scene.execute({ endpoints: [{ type: 'expire', id: endpointId('c') }] });
    expect(told()).toEqual([360, -1, 360, 0]);
  });

  it('hear nothing while they are alone, then 0 from one who has not spoken yet', async () => {
    const { scene, links } = await call('a');
    expect(links['a']!.of('sender-constraints')).toEqual([]);
    await scene.join('b');
    expect(links['a']!.of('sender-constraints')).toEqual([
      { type: 'sender-constraints', source: 'a-v0', maxHeight: 0 },
    ]);
  });

  it('hear of a source again that was taken back and signalled anew', async () => {
    const { scene, links } = await call('a', 'b');
    await scene.execute({ endpoints: [updateCommand('a', { sources: [] })] });
    links['a']!.events.length = 0;
    await scene.execute({ endpoints: [updateCommand('a', { sources: [camera('a')] })] });
    expect(links['a']!.of('sender-constraints')).toEqual([
      { type: 'sender-constraints', source: 'a-v0', maxHeight: 720 },
    ]);
  });

  it('are not told to send less because somebody lacks bandwidth', async () => {
    const { links, estimate } = await call('a', 'b');
    estimate('b', 50_000);
    expect(links['a']!.of('sender-constraints').at(-1)).toMatchObject({ maxHeight: 720 });
  });
});
