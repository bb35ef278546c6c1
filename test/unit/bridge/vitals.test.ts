import { expect, it } from 'vitest';
import { Vitals } from '../../../src/bridge/vitals.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { snapshot } from '../../support/bridge-snapshot.ts';
import { FakeMediaPlane } from '../../support/fake-media-plane.ts';
import { loaded } from '../config/load-text.ts';

it('judges before anybody can ask', () => {
  const { config } = loaded('videobridge.health.require-valid-address = true');
  const vitals = new Vitals({
    config,
    media: Object.assign(new FakeMediaPlane(), { figures: () => snapshot().media }),
    addresses: { hasValidAddress: false, stunFailed: false },
    linkOutage: () => ({ ms: 0, reason: '' }),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    timers: { after: () => ({ cancel: () => {} }), every: () => ({ cancel: () => {} }) },
    onHealthChange: () => {},
    onStandstill: () => {},
    onSample: () => {},
  });
  vitals.start();
  atTheEnd(() => vitals.close());
  expect(vitals.health.healthy).toBe(false);
});

it('says of a process that it stood still, again and again, and stays healthy', () => {
  let nowMs = 0;
  const schedules = new Map<number, () => void>();
  const stoodStillMs: number[] = [];
  const { config } = loaded('');
  const vitals = new Vitals({
    config,
    media: Object.assign(new FakeMediaPlane(), { figures: () => snapshot().media }),
    addresses: { hasValidAddress: true, stunFailed: false },
    linkOutage: () => ({ ms: 0, reason: '' }),
    clock: { nowMs: () => nowMs, wallMs: () => nowMs },
    timers: {
      after: () => ({ cancel: () => {} }),
      every: (intervalMs, run) => {
        schedules.set(intervalMs, run);
        return { cancel: () => {} };
      },
    },
    onHealthChange: ({ fault }) => expect(fault).toBeUndefined(),
    onStandstill: (ms) => stoodStillMs.push(ms),
    onSample: () => {},
  });
  vitals.start();
  atTheEnd(() => vitals.close());
  for (const afterMs of [1000, 9000, 1000, 9000]) {
    nowMs += afterMs;
    schedules.get(1000)?.();
  }
  expect(stoodStillMs).toEqual([8000, 8000]);
  expect(vitals.health).toEqual({ healthy: true, fault: undefined });
});
