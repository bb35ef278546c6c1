import { describe, expect, it } from 'vitest';
import { endpointOf, participantOf } from '../../../loadtest/client/client-spec.ts';
import { constraintsFor, VideoRequests } from '../../../loadtest/client/view.ts';

describe('what a client asks of the bridge', () => {
  const view = (of: 'tile' | 'stage' | 'none') => ({ view: of, lastN: -1 });
  const heights = (message: ReturnType<typeof constraintsFor>) =>
    [...(message.constraints ?? [])].map(([name, { maxHeight }]) => [name, maxHeight]);

  it('wants tiles by the room they get, the speaker large, or nothing', () => {
    expect(heights(constraintsFor(view('tile'), [1], undefined))).toEqual([['00000001-v0', 720]]);
    expect(heights(constraintsFor(view('tile'), [1, 2], undefined))[0]?.[1]).toBe(360);
    const many = Array.from({ length: 40 }, (_, n) => n);
    expect(heights(constraintsFor(view('tile'), many, undefined))).toHaveLength(25);
    const stage = constraintsFor(view('stage'), [1, 2], 2);
    expect(stage.onStageSources).toEqual(['00000002-v0']);
    expect(heights(stage)).toEqual([
      ['00000002-v0', 720],
      ['00000001-v0', 180],
    ]);
    expect(constraintsFor(view('none'), [1, 2], 2)).toMatchObject({ lastN: 0 });
  });

  it('asks again only for something else, or over a new channel', () => {
    const requests = new VideoRequests();
    expect(requests.next(view('tile'), [1, 2], undefined)).toBeDefined();
    expect(requests.next(view('tile'), [1, 2], 2)).toBeUndefined();
    expect(requests.next(view('tile'), [1, 2, 3], 2)?.constraints?.size).toBe(3);
    const many = Array.from({ length: 30 }, (_, n) => n);
    expect(requests.next(view('tile'), many, 2)).toBeDefined();
    expect(requests.next(view('tile'), [...many, 30], 2)).toBeUndefined();
    requests.forget();
    expect(requests.next(view('tile'), [...many, 30], 2)).toBeDefined();
  });

  it('knows participants by their endpoint and source names', () => {
    expect(participantOf(endpointOf(0x2a))).toBe(0x2a);
    expect(participantOf('0000002a-v0')).toBe(0x2a);
    expect(participantOf('jvb-a0')).toBeUndefined();
  });
});
