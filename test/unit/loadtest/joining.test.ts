import { describe, expect, it } from 'vitest';
import type { JoinRecord } from '../../../loadtest/run/crowd.ts';
import { isBroken, isInvalid } from '../../../loadtest/report/judged-step.ts';
import { MeasuredCall } from './measured-call.ts';

/** Heard somebody after so long. */
function joinTaking(seconds: number): JoinRecord {
  const never = undefined;
  return {
    participant: 2,
    startUs: 0,
    signallingUs: 0,
    openedUs: never,
    acceptedUs: never,
    failure: never,
    milestones: {
      participant: 2,
      ice: never,
      dtls: never,
      channel: never,
      firstAudio: seconds * 1e6,
      firstFrame: never,
      lastAudio: never,
      lastFrame: never,
      missing: never,
    },
  };
}

const slow = [joinTaking(7)];
const perfect = () => 1;
const stalled = (bridge: (n: number) => number | undefined = perfect) => {
  const call = new MeasuredCall('audio', bridge);
  call.totals.record('stall', 6_000_000);
  return call.run(8);
};

describe('joining', () => {
  it('that takes too long is a failure of the bridge', () => {
    const report = new MeasuredCall('audio', perfect).run(8).joined(slow).run(5).report();
    expect(report.violations).toMatchObject([{ limit: 'first audio p95', allowed: 3000 }]);
    expect(isBroken(report)).toBe(true);
  });

  it('that the generator held up says nothing about the bridge', () => {
    const report = stalled().joined(slow).run(5).report();
    expect(report.disturbances.join()).toMatch(
      /^while people joined, the generator: it stood still for \d+ ms$/,
    );
    expect(isInvalid(report)).toBe(true);
  });

  it('that the generator held up does not matter where it was quick enough, nor to what is broken besides', () => {
    expect(
      stalled()
        .joined([joinTaking(1)])
        .run(5)
        .report().disturbances,
    ).toEqual([]);
    const lossy = stalled((n) => (n % 10 === 0 ? undefined : 1))
      .joined(slow)
      .run(10)
      .report();
    expect(lossy.violations.map(({ limit }) => limit)).toEqual(['audio loss']);
    expect(isBroken(lossy)).toBe(true);
  });
});
