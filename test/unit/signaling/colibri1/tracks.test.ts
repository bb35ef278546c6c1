import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ssrc } from '../../../../src/model/ids.ts';
import { trackEncodings } from '../../../../src/signaling/colibri1/tracks.ts';

const announced = (ssrcs: number[], groups: [string, ...number[]][] = []) => ({
  ssrcs: ssrcs.map(ssrc),
  groups: groups.map(([semantics, ...members]) => ({ semantics, ssrcs: members.map(ssrc) })),
  screens: new Set<never>(),
});

it.each([
  ['nothing', announced([]), []],
  ['ungrouped sources are a track each', announced([1, 2]), [[{ ssrc: 1 }], [{ ssrc: 2 }]]],
  [
    'simulcast with retransmission',
    announced(
      [1, 2, 11, 12],
      [
        ['FID', 1, 11],
        ['SIM', 1, 2],
        ['FID', 2, 12],
      ],
    ),
    [
      [
        { ssrc: 1, rtx: 11 },
        { ssrc: 2, rtx: 12 },
      ],
    ],
  ],
  [
    'a pair beside simulcast, and a stream protected by FEC',
    announced(
      [1, 2, 5, 6, 8, 9],
      [
        ['SIM', 1, 2],
        ['FID', 5, 6],
        ['FEC-FR', 8, 9],
      ],
    ),
    [[{ ssrc: 1 }, { ssrc: 2 }], [{ ssrc: 5, rtx: 6 }], [{ ssrc: 8 }]],
  ],
  [
    'groups of unknown meaning say nothing',
    announced([1, 2], [['XYZ', 1, 2]]),
    [[{ ssrc: 1 }], [{ ssrc: 2 }]],
  ],
])('%s', (_, given, tracks) => {
  expect(trackEncodings(given)).toEqual(tracks);
});

it('puts no SSRC into two places, whatever a client groups', () => {
  const some = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 6 });
  const groups = fc.array(
    fc.tuple(fc.constantFrom('SIM', 'FID', 'FEC-FR'), some).map(([semantics, members]) => {
      return [semantics, ...members] as [string, ...number[]];
    }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(some, groups, (ssrcs, grouped) => {
      const all = trackEncodings(announced(ssrcs, grouped))
        .flat()
        .flatMap((encoding) => [
          encoding.ssrc,
          ...(encoding.rtx === undefined ? [] : [encoding.rtx]),
        ]);
      expect(new Set(all).size).toBe(all.length);
    }),
  );
});
