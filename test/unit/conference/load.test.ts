// What load does to receivers (allocation.md §1.9).
import { describe, expect, it } from 'vitest';
import { call } from '../../support/conference-call.ts';
import { ConferenceScene } from '../../support/conference-scene.ts';

describe('a bridge under load', () => {
  it('sends everybody less with their next decision, and all again afterwards', async () => {
    const { scene } = await call('a', 'b', 'c', 'd');
    expect(scene.conferences.mostForwardedVideo()).toBe(3);
    scene.conferences.limitLastN(2);
    expect(scene.sent('d', 'video')).toHaveLength(3);
    scene.time.advance(6_000);
    for (const id of ['a', 'b', 'c', 'd']) expect(scene.sent(id, 'video')).toHaveLength(2);
    expect(scene.conferences.mostForwardedVideo()).toBe(2);
    scene.conferences.limitLastN(-1);
    scene.time.advance(6_000);
    expect(scene.conferences.mostForwardedVideo()).toBe(3);
  });

  it('knows that it sends nothing to nobody', () => {
    expect(new ConferenceScene().conferences.mostForwardedVideo()).toBeUndefined();
  });
});
