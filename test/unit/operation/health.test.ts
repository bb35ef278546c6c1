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
  workersOverdueMs: [0, 250],
  lateMs: 5,
  linksDownMs: 0,
  linksDownBecause: '',
};
const anHour = 3_600_000;

const check = (facts: HealthFacts, changes: Partial<HealthConfig> = {}) =>
  new HealthCheck({ ...config, ...changes }).check(facts, anHour);

describe('what is wrong', () => {
  it.each([
    ['all is well', well, undefined],
    ['one of two workers is silent', { ...well, workersOverdueMs: [9000, 20] }, undefined],
    [
      'every worker is silent',
      { ...well, workersOverdueMs: [9000, 9250] },
      'no media worker has answered for 9 s',
    ],
    ['there never was a worker', { ...well, workersOverdueMs: [] }, 'no media worker is alive'],
    ['the process stood still for a while', { ...well, lateMs: 90_000 }, undefined],
  ])('%s', (_name, facts, reason) => {
    const health = check(facts);
    expect(health.healthy).toBe(reason === undefined);
    expect(health.fault).toEqual(reason === undefined ? undefined : { reason, hard: true });
  });

  it('gives workers that died the time of a check to be replaced, in which this process runs', () => {
    const health = new HealthCheck(config);
    const at = (second: number, workersOverdueMs: readonly number[], lateMs = 0) =>
      health.check({ ...well, workersOverdueMs, lateMs }, anHour + second * 1000).fault?.reason;
    expect([at(0, [0]), at(1, []), at(2, []), at(3, [])]).toEqual(Array(4).fill(undefined));
    expect(at(4, [])).toBe('no media worker is alive');
    expect(at(5, [0])).toBeUndefined();
    expect([at(6, []), at(14, [], 7000), at(15, [])]).toEqual(Array(3).fill(undefined));
    expect(at(16, [])).toBe('no media worker is alive');
  });

  it('is not what tells of a process that the machine runs late every second', () => {
    const health = new HealthCheck(config);
    for (let late = 1; late < 60; late += 1) {
      const uptimeMs = anHour + late * 5000;
      expect(health.check({ ...well, lateMs: 4000 }, uptimeMs).healthy).toBe(true);
    }
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
  const dead = { ...well, hasValidAddress: false };

  it('are forgotten while the bridge starts, and kept later', () => {
    const health = new HealthCheck({ ...config, stickyFailures: true });
    expect(health.check(dead, 60_000).healthy).toBe(false);
    expect(health.check(well, 61_000).healthy).toBe(true);
    expect(health.check(dead, anHour).healthy).toBe(false);
    expect(health.check(well, anHour + 1000).fault).toMatchObject({
      reason: expect.stringContaining('no valid address') as string,
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
