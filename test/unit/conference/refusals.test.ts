// What the media plane refuses may work a little later.
import { expect, it } from 'vitest';
import { Refusals } from '../../../src/conference/refusals.ts';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';

const source = sourceName('a-v0');

it('is tried again after pauses that grow, up to five minutes', () => {
  const refusals = new Refusals();
  let nowMs = 0;
  const pauses: number[] = [];
  for (let refused = 0; refused < 8; refused += 1) {
    refusals.add(source, nowMs);
    pauses.push((refusals.dueMs - nowMs) / 1000);
    refusals.update(() => true, refusals.dueMs - 1);
    expect(refusals.has(source)).toBe(true);
    nowMs = refusals.dueMs;
    refusals.update(() => true, nowMs);
    expect([refusals.has(source), refusals.dueMs]).toEqual([false, Infinity]);
  }
  expect(pauses).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
});

it('is forgotten with the source', () => {
  const refusals = new Refusals();
  refusals.add(source, 0);
  refusals.update(() => false, 1);
  expect([refusals.has(source), refusals.dueMs]).toEqual([false, Infinity]);
  refusals.add(source, 0);
  expect(refusals.dueMs).toBe(10_000);
});

it('is in the plan again when a stream is tried again', async () => {
  const { scene } = await call('a', 'b');
  const refuse = () =>
    scene.report({ type: 'source-refused', endpointId: endpointId('b'), source, reason: 'taken' });
  const shown = () => scene.sent('b', 'video');
  refuse();
  expect(shown()).toEqual([]);
  scene.time.advance(9_000);
  expect(shown()).toEqual([]);
  scene.time.advance(2_000);
  expect(shown()).toEqual(['a-v0']);
  refuse();
  scene.time.advance(18_000);
  expect(shown()).toEqual([]);
  scene.time.advance(4_000);
  expect(shown()).toEqual(['a-v0']);
});

it('does not count any more of what is received after all', async () => {
  const { scene } = await call('a', 'b');
  scene.report({ type: 'source-refused', endpointId: endpointId('a'), source, reason: 'no offer' });
  expect(scene.sent('b', 'video')).toEqual([]);
  for (let packet = 0; packet < 2; packet += 1)
    scene.report({ type: 'codec', endpointId: endpointId('a'), source, codec: 'VP8' });
  expect(scene.sent('b', 'video')).toEqual(['a-v0']);
});
