import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimit } from '../../../src/base/rate-limit.ts';

describe('a rate limit', () => {
  it('allows the burst at once and the rate from then on', () => {
    const limit = new RateLimit(10, 5, 0);
    const taken = (nowMs: number, times: number) =>
      Array.from({ length: times }, () => limit.take(1, nowMs)).filter(Boolean).length;
    expect(taken(0, 20)).toBe(5);
    expect(taken(100, 20)).toBe(1);
    expect(taken(100_000, 20)).toBe(5);
  });

  it('never gives more than burst + rate × time', () => {
    const steps = fc.array(fc.tuple(fc.nat(5000), fc.integer({ min: 1, max: 20 })));
    fc.assert(
      fc.property(steps, (takes) => {
        const limit = new RateLimit(7, 30, 0);
        let nowMs = 0;
        let total = 0;
        for (const [pauseMs, amount] of takes) {
          nowMs += pauseMs;
          if (limit.take(amount, nowMs)) total += amount;
        }
        expect(total).toBeLessThanOrEqual(30 + (7 * nowMs) / 1000 + 1e-6);
      }),
    );
  });
});
