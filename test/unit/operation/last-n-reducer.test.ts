// operations.md §6.3, and JVB's LastNReducer.kt for what is not written there.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type LastNReducerConfig,
  type MeasuredLoad,
  noReduction,
  reduceLastN,
} from '../../../src/operation/last-n-reducer.ts';

const config: LastNReducerConfig = {
  enabled: true,
  reductionScale: 0.75,
  recoverScale: 1.25,
  impactTimeMs: 60_000,
  minimumLastN: 1,
  maximumEnforcedLastN: 40,
};
const load = (stress: number, mostForwarded = 20): MeasuredLoad => ({
  stress,
  recoveryStress: 0.8,
  mostForwarded,
});
const nobody: MeasuredLoad = { stress: 1, recoveryStress: 0.8, mostForwarded: undefined };
const at = (lastN: number, changedMs = 0) => ({ lastN, changedMs });
const step = (lastN: number, measured: MeasuredLoad, nowMs = 60_000) =>
  reduceLastN(at(lastN), measured, nowMs, config).lastN;

describe('the last-n of a bridge', () => {
  it.each([
    ['is not limited at ease', -1, load(0.5), -1],
    ['falls to three quarters of what is sent at the threshold', -1, load(1), 15],
    ['counts what is sent, not the former limit', 30, load(1.2, 10), 7],
    ['never falls below the minimum', 1, load(3, 1), 1],
    ['is 1 where nothing is sent, as with JVB', -1, load(1, 0), 1],
    ['stays where there is nobody', -1, nobody, -1],
    ['stays between the thresholds', 10, load(0.8), 10],
    ['rises by a quarter', 20, load(0.79), 25],
    ['rises by one at least', 1, load(0.1), 2],
    ['ends at the maximum', 32, load(0.1), -1],
  ])('%s', (_what, lastN, measured, expected) => {
    expect(step(lastN, measured)).toBe(expected);
  });

  it('changes once each impact time at most', () => {
    expect(step(15, load(2), 59_999)).toBe(15);
    expect(step(15, load(0), 59_999)).toBe(15);
    expect(reduceLastN(noReduction, load(1), 0, config)).toEqual(at(15));
  });

  it('is never limited where the operator did not ask for it', () => {
    const off = { ...config, enabled: false };
    expect(reduceLastN(noReduction, load(5), 1e9, off)).toBe(noReduction);
    expect(reduceLastN(at(10), load(5), 1, off).lastN).toBe(-1); // turned off under load
  });

  it('is unlimited again some time after the load is gone, whatever happened before', () => {
    const measured = fc.record({
      stress: fc.double({ min: 0, max: 3, noNaN: true }),
      most: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(measured), (history) => {
        let state = noReduction;
        let nowMs = 0;
        const take = (next: MeasuredLoad) =>
          (state = reduceLastN(state, next, (nowMs += config.impactTimeMs), config));
        for (const { stress, most } of history) take(load(stress, most));
        for (let i = 0; i < 40; i += 1) take(load(0));
        expect(state.lastN).toBe(-1);
      }),
    );
  });
});
