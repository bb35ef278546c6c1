import type { types } from 'mediasoup';
import { expect, it } from 'vitest';
import { ForwardingDelay } from '../../../../src/io/media/forwarding-delay.ts';

const pair = (first: number, second: number) => first * 2 ** 26 + second;

function usage(counts: readonly number[], sumUs: number): types.WorkerResourceUsage {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = counts;
  return {
    ru_ixrss: pair(a, b),
    ru_idrss: pair(c, d),
    ru_isrss: pair(e, f),
    ru_nswap: pair(g, h),
    ru_nsignals: sumUs,
  } as types.WorkerResourceUsage;
}

it('adds up what grew between two readings of each worker', () => {
  const delay = new ForwardingDelay();
  const first = delay.add(usage([5, 4, 3, 2, 1, 0, 0, 7], 1_000_000), undefined);
  delay.add(usage([6, 4, 3, 2, 1, 0, 1, 9], 1_500_000), first);
  delay.add(usage([10], 500_000), undefined);
  expect(delay.figures()).toMatchObject({ counts: [16, 4, 3, 2, 1, 0, 1, 9], sum: 2 });
});

it('sees through counters that wrapped', () => {
  const delay = new ForwardingDelay();
  const full = 2 ** 26 - 1;
  const before = delay.add(usage([full, full], 2 ** 52 - 1), undefined);
  const at = delay.figures();
  delay.add(usage([1, 4], 1), before);
  const { counts, sum } = delay.figures();
  expect([counts[0]! - at.counts[0]!, counts[1]! - at.counts[1]!]).toEqual([2, 5]);
  expect(sum - at.sum).toBeCloseTo(0.000_002, 6);
});
