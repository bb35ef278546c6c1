import { describe, expect, it } from 'vitest';
import { HealthCheck, type HealthConfig, type HealthFacts } from '../../../src/operation/health.ts';

const config: HealthConfig = {
  requireValidAddress: true,
  requireStun: false,
  stickyFailures: false,
  maxCheckDurationMs: 3000,
  maxLinkOutageMs: 300_000,
};
const well: HealthFacts = {
  hasValidAddress: true,
  stunFailed: false,
  workersSilentMs: [10, 20],
  eventLoopDelayMs: 5,
  linksDownMs: 0,
  linksDownBecause: '',
};
const anHour = 3_600_000;

const check = (facts: HealthFacts, changes: Partial<HealthConfig> = {}) =>
  new HealthCheck({ ...config, ...changes }).check(facts, anHour);

describe('what is wrong', () => {
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
      'the process was stopped for a while, and could hear no worker',
      { ...well, workersSilentMs: [90_500], eventLoopDelayMs: 90_000 },
      undefined,
    ],
    [
      'every worker was silent before the process was stopped',
      { ...well, workersSilentMs: [93_500], eventLoopDelayMs: 90_000 },
      'no media worker has answered for 4 s',
    ],
  ])('%s', (_name, facts, reason) => {
    const health = check(facts);
    expect(health.healthy).toBe(reason === undefined);
    expect(health.fault).toEqual(reason === undefined ? undefined : { reason, hard: true });
  });

  it('counts no silence of workers against them while the machine leaves the event loop late every second', () => {
    const judge = (eventLoopDelayMs: number) => {
      const health = new HealthCheck(config);
      const at = (silentMs: number) =>
        health.check({ ...well, workersSilentMs: [silentMs], eventLoopDelayMs }, anHour + silentMs);
      return [1900, 3800, 5700].map((silentMs) => at(silentMs).healthy);
    };
    expect(judge(900)).toEqual([true, true, true]);
    expect(judge(0)).toEqual([true, false, false]);
  });

  it('minds a second block of the event loop within a minute, for as long as no third one comes', () => {
    const health = new HealthCheck(config);
    const at = (uptimeMs: number, eventLoopDelayMs: number) =>
      health.check({ ...well, eventLoopDelayMs }, uptimeMs).fault?.reason;
    expect(at(anHour, 90_000)).toBeUndefined();
    expect(at(anHour + 1000, 5)).toBeUndefined();
    expect(at(anHour + 65_000, 4000)).toBeUndefined();
    expect(at(anHour + 129_000, 4000)).toBe('the event loop was blocked again, for 4 s');
    expect(at(anHour + 130_000, 5)).toBeUndefined();
  });

  it('wants a public address, or one from STUN, only when asked to', () => {
    const facts = { ...well, hasValidAddress: false, stunFailed: true };
    expect(check(facts).fault?.reason).toContain('no valid address');
    const lenient = { requireValidAddress: false };
    expect(check(facts, lenient).healthy).toBe(true);
    expect(check(facts, { ...lenient, requireStun: true }).fault?.reason).toContain('STUN');
  });

  it('counts a long outage of all XMPP servers as a soft fault, with the reason of each', () => {
    const down = { ...well, linksDownBecause: 'shard: connection refused' };
    expect(check({ ...down, linksDownMs: 300_000 }).healthy).toBe(true);
    expect(check({ ...down, linksDownMs: 360_000 }).fault).toEqual({
      reason:
        'no XMPP server has been connected for 6 min, so no focus can ask: shard: connection refused',
      hard: false,
    });
    expect(check({ ...down, linksDownMs: 360_000 }, { maxLinkOutageMs: Infinity }).healthy).toBe(
      true,
    );
  });
});

describe('sticky failures', () => {
  const dead = { ...well, workersSilentMs: [] };

  it('are forgotten while the bridge starts, and kept later', () => {
    const health = new HealthCheck({ ...config, stickyFailures: true });
    expect(health.check(dead, 60_000).healthy).toBe(false);
    expect(health.check(well, 61_000).healthy).toBe(true);
    expect(health.check(dead, anHour).healthy).toBe(false);
    expect(health.check(well, anHour + 1000).fault).toMatchObject({
      reason: expect.stringContaining('no media worker is alive') as string,
      hard: true,
    });
  });

  it('are not kept when that is off', () => {
    const health = new HealthCheck(config);
    expect(health.check(dead, anHour).healthy).toBe(false);
    expect(health.check(well, anHour + 1000).healthy).toBe(true);
  });

  it('are never soft ones', () => {
    const health = new HealthCheck({ ...config, stickyFailures: true });
    expect(health.check({ ...well, linksDownMs: anHour }, anHour).healthy).toBe(false);
    expect(health.check(well, anHour + 1000).healthy).toBe(true);
  });
});
