import { describe, expect, test } from 'vitest';
import { ssrc } from '../../../../src/model/ids.ts';
import {
  announcedSsrcs,
  sourceEncodings,
} from '../../../../src/protocol/jingle/source-encodings.ts';

const of = (...numbers: number[]) => numbers.map(ssrc);
const group = (semantics: string, ...numbers: number[]) => ({ semantics, ssrcs: of(...numbers) });

describe('encodings of a source', () => {
  test('are the members of the SIM group in their order, with their partners', () => {
    const groups = [group('FID', 2, 12), group('SIM', 2, 1, 3), group('FID', 1, 11)];
    expect(sourceEncodings(of(1, 2, 3, 11, 12), groups)).toEqual([
      { ssrc: 2, rtx: 12 },
      { ssrc: 1, rtx: 11 },
      { ssrc: 3 },
    ]);
  });

  test('are one without a SIM group, whatever the order of the SSRCs', () => {
    expect(sourceEncodings(of(11, 1), [group('FID', 1, 11)])).toEqual([{ ssrc: 1, rtx: 11 }]);
  });

  test('are none without SSRCs', () => {
    expect(sourceEncodings([], [])).toEqual([]);
  });

  test('of an ungrouped source are its first SSRC', () => {
    expect(sourceEncodings(of(7, 8), [])).toEqual([{ ssrc: 7 }]);
  });

  test('leave error correction out', () => {
    const groups = [group('FEC-FR', 1, 21), group('FID', 1, 11)];
    expect(sourceEncodings(of(21, 1, 11), groups)).toEqual([{ ssrc: 1, rtx: 11 }]);
  });

  test('are four at most', () => {
    const ssrcs = of(1, 2, 3, 4, 5);
    expect(sourceEncodings(ssrcs, [{ semantics: 'SIM', ssrcs }])).toHaveLength(4);
  });

  test("are never another source's SSRCs, which a client may have put into its groups", () => {
    const groups = [group('SIM', 1, 7, 2), group('FID', 1, 8)];
    expect(sourceEncodings(of(1, 2), groups)).toEqual([{ ssrc: 1 }, { ssrc: 2 }]);
  });

  test('do not mind groups that say nothing', () => {
    const groups = [group('FID', 1), group('SIM'), group('LS', 1, 2)];
    expect(sourceEncodings(of(1), groups)).toEqual([{ ssrc: 1 }]);
  });

  test('share no SSRC, whatever the groups say', () => {
    const groups = [
      group('SIM', 1, 1, 2),
      group('FID', 1, 2),
      group('FID', 2, 9),
      group('FID', 1, 9),
    ];
    expect(sourceEncodings(of(1, 2, 9), groups)).toEqual([{ ssrc: 1 }, { ssrc: 2, rtx: 9 }]);
  });
});

test('a source is announced with SIM only when it has several encodings', () => {
  expect(announcedSsrcs([{ ssrc: ssrc(1), rtx: ssrc(11) }])).toEqual({
    ssrcs: [1, 11],
    groups: [{ semantics: 'FID', ssrcs: [1, 11] }],
  });
  expect(announcedSsrcs([{ ssrc: ssrc(1) }, { ssrc: ssrc(2) }]).groups).toEqual([
    { semantics: 'SIM', ssrcs: [1, 2] },
  ]);
});
