import { describe, expect, it } from 'vitest';
import { checkHealth, type HealthFacts } from '../../../src/operation/health.ts';

const config = { requireValidAddress: true, maxCheckDurationMs: 3000 };
const well: HealthFacts = { hasValidAddress: true, workersSilentMs: [10, 20], eventLoopDelayMs: 5 };

describe('checkHealth', () => {
  it.each([
    ['all is well', well, undefined],
    ['one of two workers is silent', { ...well, workersSilentMs: [9000, 20] }, undefined],
    [
      'every worker is silent',
      { ...well, workersSilentMs: [9000] },
      'no media worker has answered for 9 s',
    ],
    ['there is no worker', { ...well, workersSilentMs: [] }, 'no media worker is alive'],
    [
      'the event loop hung',
      { ...well, eventLoopDelayMs: 4000 },
      'the event loop was blocked for 4 s',
    ],
  ])('%s', (_name, facts, reason) => {
    expect(checkHealth(facts, config)).toEqual({ healthy: reason === undefined, reason });
  });

  it('wants a public address only when asked to', () => {
    const facts = { ...well, hasValidAddress: false };
    expect(checkHealth(facts, config).reason).toContain('no valid address');
    expect(checkHealth(facts, { ...config, requireValidAddress: false }).healthy).toBe(true);
  });
});
