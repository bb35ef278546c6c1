import { expect, it } from 'vitest';
import { RequestDelays } from '../../../src/bridge/request-delays.ts';

it('describes delays in the buckets of JVB', () => {
  const delays = new RequestDelays();
  for (const ms of [0.2, 4, 30, 2000]) delays.record('conference-modify', ms);
  delays.record('healthcheck', 1);
  delays.record('ping', 1);
  expect(delays.describe()).toMatchObject({
    colibri: {
      average_delay_ms: 2034 / 4,
      max_delay_ms: 2000,
      min_delay_ms: 0,
      total_count: 4,
      buckets: { '0_to_5_ms': 2, '5_to_50_ms': 1, '1000_to_max_ms': 1, p99_upper_bound: -1 },
    },
    health: { total_count: 1 },
    version: { total_count: 0, min_delay_ms: 0, average_delay_ms: 0 },
  });
});

it('knows a percentile once there are enough', () => {
  const delays = new RequestDelays();
  for (let count = 0; count < 200; count += 1) delays.record('healthcheck', 3);
  expect(delays.describe()).toMatchObject({
    health: { buckets: { p99_upper_bound: 5, p999_upper_bound: -1 } },
  });
});
