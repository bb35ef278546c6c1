import { expect, it } from 'vitest';
import { Vitals, type VitalsOptions } from '../../../src/bridge/vitals.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { snapshot } from '../../support/bridge-snapshot.ts';
import { FakeMediaPlane } from '../../support/fake-media-plane.ts';
import { loaded } from '../config/load-text.ts';

/** On a machine with a valid address, where no time passes. */
function startVitals(config: string, options: Partial<VitalsOptions>): Vitals {
  const vitals = new Vitals({
    config: loaded(config).config,
    media: Object.assign(new FakeMediaPlane(), { figures: () => snapshot().media }),
    addresses: { hasValidAddress: true, stunFailed: false },
    linkOutage: () => ({ ms: 0, reason: '' }),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    timers: { after: () => ({ cancel: () => {} }), every: () => ({ cancel: () => {} }) },
    onHealthChange: () => {},
    onStandstill: () => {},
    onSample: () => {},
    ...options,
  });
  vitals.start();
  atTheEnd(() => vitals.close());
  return vitals;
}

it('judges before anybody can ask', () => {
  const { health } = startVitals('videobridge.health.require-valid-address = true', {
    addresses: { hasValidAddress: false, stunFailed: false },
  });
  expect(health.healthy).toBe(false);
});

it('says of a process that it stood still, again and again, and stays healthy', () => {
  let nowMs = 0;
  const schedules = new Map<number, () => void>();
  const stoodStillMs: number[] = [];
  const vitals = startVitals('', {
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
  });
  for (const afterMs of [1000, 9000, 1000, 9000]) {
    nowMs += afterMs;
    schedules.get(1000)?.();
  }
  expect(stoodStillMs).toEqual([8000, 8000]);
  expect(vitals.health).toEqual({ healthy: true, fault: undefined });
});
