import { expect, it } from 'vitest';
import { History } from '../../../src/bridge/dashboard/history.ts';

const nothing = {
  receiveDrops: 0,
  workersDied: 0,
  endpointsWithoutChannel: 0,
  transportsFailed: 0,
};
const point = {
  endpoints: 1,
  packetsIn: 2,
  packetsOut: 3,
  bitsIn: 4,
  bitsOut: 5,
  busiestCpu: 0.1,
  stress: 0.2,
  estimateMedian: 6,
};
const delays = (...counts: readonly number[]) => ({ bounds: [0.001, 0.01], counts, sum: 0 });

it('keeps ten minutes and no more', () => {
  const history = new History();
  for (let second = 0; second < 700; second += 1) {
    history.add({ ...point, endpoints: second }, delays(0, 0, 0), nothing);
  }
  expect(history.points).toHaveLength(600);
  expect([history.points[0]?.endpoints, history.points.at(-1)?.endpoints]).toEqual([100, 699]);
});

it('finds the delay of the last second below which 99 of 100 packets stayed', () => {
  const history = new History();
  const p99 = (...counts: readonly number[]) =>
    history.add(point, delays(...counts), nothing).delayP99Ms;
  expect(p99(50, 0, 0)).toBe(0);
  expect(p99(150, 1, 0)).toBe(1);
  expect(p99(150, 101, 0)).toBe(10);
  expect(p99(150, 101, 0)).toBe(0);
  expect(p99(150, 101, 9)).toBe(20);
});

it('counts what grew within a minute', () => {
  const history = new History();
  const drops = (receiveDrops: number) =>
    history.add(point, delays(0, 0, 0), { ...nothing, receiveDrops });
  drops(7);
  drops(9);
  expect(history.growth.receiveDrops).toBe(2);
  for (let second = 0; second < 61; second += 1) drops(9);
  expect(history.growth.receiveDrops).toBe(0);
});
