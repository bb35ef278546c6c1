import { expect, it } from 'vitest';
import { defaultBitrates, type BitrateOptions } from '../../../../src/io/media/media-options.ts';
import { ProbingGoal } from '../../../../src/io/media/probing-goal.ts';

/** What the worker is told while the receiver could be sent these, one after the other. */
function told(idealBps: readonly number[], bitrates: BitrateOptions = defaultBitrates): number[] {
  const goals: number[] = [];
  const setMaxOutgoingBitrate = (bps: number) => {
    goals.push(bps);
    return Promise.resolve();
  };
  const goal = new ProbingGoal({ setMaxOutgoingBitrate }, bitrates);
  for (const bps of idealBps) goal.set(bps);
  return goals;
}

it('leaves the choice to the worker until something is wanted', () => {
  expect(told([0, 0])).toEqual([]);
});

it('follows what is wanted, but not the noise of measured rates', () => {
  expect(told([1_000_000, 1_100_000, 900_000, 1_300_000, 300_000])).toEqual([
    1_000_000, 1_300_000, 300_000,
  ]);
});

it('ends when nothing is wanted any more', () => {
  expect(told([1_000_000, 0])).toEqual([1_000_000, 30_000]);
});

it('stays within what the operator allows', () => {
  const bitrates = { initialBps: 1_000_000, minBps: 100_000, maxBps: 2_000_000 };
  expect(told([50_000, 9_000_000], bitrates)).toEqual([100_000, 2_000_000]);
});
