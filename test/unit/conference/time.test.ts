// What time alone brings: reachability, expiry, counters (allocation.md §3.4, colibri2.md §3.9).
import { describe, expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';

const a = endpointId('a');

describe('reachability', () => {
  it('is announced as lost 15 s after a creation without a sign of life, and as back with the first', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const b = scene.connect('b');
    scene.report({ type: 'activity', endpointId: endpointId('b') });
    const announced = () => b.of('connectivity').map(({ endpointId: id, active }) => [id, active]);
    for (let s = 0; s < 15; s += 1) {
      scene.report({ type: 'activity', endpointId: endpointId('b') });
      scene.time.advance(1_000);
    }
    expect(announced()).toEqual([]);
    scene.time.advance(500);
    expect(announced()).toEqual([['a', false]]);
    scene.report({ type: 'activity', endpointId: a });
    scene.time.advance(500);
    expect(announced()).toEqual([
      ['a', false],
      ['a', true],
    ]);
    expect(scene.conferences.statistics().totals).toMatchObject({
      endpointsDisconnected: 1,
      endpointsReconnected: 1,
    });
  });

  it('is lost 8 s after the last sign of life', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    const link = scene.connect('a');
    scene.report({ type: 'activity', endpointId: a });
    scene.time.advance(8_000);
    expect(link.of('connectivity')).toEqual([]);
    scene.time.advance(500);
    expect(link.of('connectivity')).toEqual([
      { type: 'connectivity', endpointId: 'a', active: false },
    ]);
  });

  it('of visitors is nobody’s concern', async () => {
    const scene = new ConferenceScene();
    await scene.join('v', { visitor: true });
    const link = scene.connect('v');
    scene.time.advance(30_000);
    expect(link.of('connectivity')).toEqual([]);
  });
});

describe('an endpoint expires', () => {
  const everySecond = (scene: ConferenceScene, seconds: number, id: string) => {
    for (let s = 0; s < seconds; s += 1) {
      scene.report({ type: 'activity', endpointId: endpointId(id) });
      scene.time.advance(1_000);
    }
  };
  const present = (scene: ConferenceScene) => [...(scene.conference?.endpoints.keys() ?? [])];

  it('after 2 min if it was never active', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const b = scene.connect('b');
    everySecond(scene, 119, 'b');
    expect(present(scene)).toEqual(['a', 'b']);
    everySecond(scene, 62, 'b');
    expect(present(scene)).toEqual(['b']);
    expect(scene.media.endpoints.get('a')!.closed).toBe(true);
    expect(b.open).toBe(true);
  });

  it('after 1 min of silence', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    await scene.join('b');
    const link = scene.connect('a');
    scene.report({ type: 'activity', endpointId: a });
    everySecond(scene, 59, 'b');
    expect(present(scene)).toEqual(['a', 'b']);
    everySecond(scene, 62, 'b');
    expect(present(scene)).toEqual(['b']);
    expect(link.closedWith).toBe('1001 endpoint closed');
  });

  it('at the next look when its ICE failed, and its conference with it', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    scene.report({ type: 'transport-state', endpointId: a, ice: 'failed', dtls: 'new' });
    scene.time.advance(60_500);
    expect(scene.conference).toBeUndefined();
    expect(scene.conferences.statistics().totals).toMatchObject({
      iceFailed: 1,
      conferencesCompleted: 1,
    });
  });

  it('not while a request of the meeting is under way', async () => {
    const scene = new ConferenceScene();
    await scene.join('a');
    scene.report({ type: 'transport-state', endpointId: a, ice: 'failed', dtls: 'new' });
    const open = scene.media.hold();
    const joining = scene.join('b');
    scene.time.advance(60_500);
    expect(present(scene)).toEqual(['a']);
    open();
    await joining;
    scene.time.advance(60_500);
    expect(present(scene)).toEqual(['b']);
  });
});

it('ends a conference that stays empty for 20 s', async () => {
  const scene = new ConferenceScene({ expiration: { timeoutMs: 60_000, checkIntervalMs: 1_000 } });
  await scene.execute({ create: true });
  scene.time.advance(20_000);
  expect(scene.conferences.count).toBe(1);
  scene.time.advance(1_000);
  expect(scene.conferences.count).toBe(0);
  expect(scene.media.conferences[0]!.closed).toBe(true);
});

it('counts an endpoint without a channel 30 s after DTLS, once', async () => {
  const scene = new ConferenceScene();
  await scene.join('a');
  await scene.join('b');
  scene.connect('b');
  for (const id of ['a', 'b']) {
    const event = { endpointId: endpointId(id), ice: 'connected', dtls: 'connected' } as const;
    scene.report({ type: 'transport-state', ...event });
  }
  const counted = () => scene.conferences.statistics().totals.endpointsWithoutChannel;
  scene.time.advance(29_500);
  expect(counted()).toBe(0);
  scene.time.advance(10_000);
  expect(counted()).toBe(1);
});

it('stops with the bridge', async () => {
  const scene = new ConferenceScene();
  const link = await scene.joinFully('a');
  scene.conferences.closeAll();
  expect(link.closedWith).toBe('1001 endpoint closed');
  expect(scene.time.pending).toBe(0);
});
