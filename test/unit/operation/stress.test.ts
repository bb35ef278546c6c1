import { expect, it } from 'vitest';
import { stressLevel } from '../../../src/operation/stress.ts';

const load = {
  machineCpu: 0.2,
  busiestWorkerCpu: 0.45,
  eventLoop: 0.1,
  late: 0,
  packetRate: 25_000,
};
const config = {
  measurement: 'cpu-usage',
  cpuLoadThreshold: 0.9,
  packetRateLoadThreshold: 50_000,
} as const;

it('takes what saturates first', () => {
  expect(stressLevel(load, config)).toBeCloseTo(0.5);
  expect(stressLevel({ ...load, machineCpu: 0.9 }, config)).toBeCloseTo(1);
  expect(stressLevel({ ...load, eventLoop: 1 }, config)).toBeCloseTo(1.11);
  expect(stressLevel({ ...load, late: 0.6 }, config)).toBeCloseTo(0.67);
});

it('measures packets when configured so', () => {
  expect(stressLevel(load, { ...config, measurement: 'packet-rate' })).toBe(0.5);
});

it('never publishes a number Jicofo cannot read', () => {
  expect(stressLevel({ ...load, busiestWorkerCpu: Number.NaN }, config)).toBe(0);
  expect(stressLevel({ ...load, packetRate: -1 }, { ...config, measurement: 'packet-rate' })).toBe(
    0,
  );
});
