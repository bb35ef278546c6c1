// What load does to receivers (allocation.md §1.9).
import { describe, expect, it } from 'vitest';
import { conferenceSizeLimit, lastNInForce } from '../../../src/conference/last-n-limits.ts';
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

describe('last-n by the size of a conference', () => {
  it.each([
    [new Map([[3, 1]]), 'below the first size', 2, -1],
    [
      new Map([
        [3, 2],
        [5, 1],
      ]),
      'the greatest size not above counts',
      4,
      2,
    ],
    [
      new Map([
        [5, 1],
        [3, 2],
      ]),
      'in whatever order they stand',
      5,
      1,
    ],
  ])('%o: %s', (limits, _what, size, lastN) => {
    expect(conferenceSizeLimit(limits, size)).toBe(lastN);
  });

  it('is in force with whose it is, the smallest of all that are set', () => {
    const none = { receiver: -1, bridge: -1, load: -1, 'conference-size': -1, 'ssrc-limit': -1 };
    expect(lastNInForce(none)).toBeUndefined();
    const limits = { ...none, receiver: 5, bridge: 3, load: 3 };
    expect(lastNInForce(limits)).toEqual({ lastN: 3, setBy: 'bridge' });
    expect(lastNInForce({ ...limits, load: 0 })).toEqual({ lastN: 0, setBy: 'load' });
  });

  it('counts sources and one more, as JVB does', async () => {
    const scene = new ConferenceScene({ conferenceLastNLimits: new Map([[3, 1]]) });
    for (const id of ['a', 'b']) await scene.joinFully(id);
    expect(scene.sent('b', 'video')).toEqual(['a-v0']);
    await scene.joinFully('c');
    expect(scene.sent('c', 'video')).toHaveLength(1); // two sources and one are three
  });
});
