import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Timers } from '../../../src/base/clock.ts';
import {
  Lifecycle,
  type LifecycleEvent,
  type LifecycleState,
  transition,
} from '../../../src/operation/lifecycle.ts';

function lifecycle(local: { endpoints: number }) {
  const scheduled: { delayMs: number; run: () => void; cancelled: boolean }[] = [];
  const timers: Timers = {
    after: (delayMs, run) => {
      const entry = { delayMs, run, cancelled: false };
      scheduled.push(entry);
      return { cancel: () => (entry.cancelled = true) };
    },
    every: () => ({ cancel: () => undefined }),
  };
  const log: string[] = [];
  const machine = new Lifecycle({
    config: { gracefulMaxDurationMs: 1000, gracefulMinParticipants: 1, shuttingDownDelayMs: 60 },
    timers,
    localEndpoints: () => local.endpoints,
    onChange: (state) => log.push(state.name),
    onFinished: () => log.push('exit'),
  });
  return { machine, scheduled, log };
}

it('waits for the endpoints, then for the delay, then ends', () => {
  const local = { endpoints: 3 };
  const { machine, scheduled, log } = lifecycle(local);
  machine.requestGraceful();
  machine.requestGraceful();
  expect(log).toEqual(['graceful-shutdown']);
  local.endpoints = 1;
  machine.endpointsChanged();
  expect(log).toEqual(['graceful-shutdown', 'shutting-down']);
  expect(scheduled.map(({ delayMs, cancelled }) => [delayMs, cancelled])).toEqual([
    [1000, true],
    [60, false],
  ]);
  scheduled[1]?.run();
  expect(log.at(-1)).toBe('exit');
});

it('shuts an idle bridge down at once, and one that is never left when the period ends', () => {
  const idle = lifecycle({ endpoints: 0 });
  idle.machine.requestGraceful();
  expect(idle.machine.state.name).toBe('shutting-down');
  const busy = lifecycle({ endpoints: 9 });
  busy.machine.requestGraceful();
  busy.scheduled[0]?.run();
  expect(busy.machine.state.name).toBe('shutting-down');
});

it('does not claim a graceful shutdown when forced', () => {
  const { machine, log } = lifecycle({ endpoints: 9 });
  machine.requestForced();
  expect(log).toEqual(['shutting-down']);
});

it('never goes back', () => {
  const order: readonly LifecycleState['name'][] = [
    'running',
    'graceful-shutdown',
    'shutting-down',
  ];
  const events = fc.oneof(
    fc.constantFrom<LifecycleEvent>(
      { type: 'graceful-requested' },
      { type: 'forced-requested' },
      { type: 'graceful-period-over' },
    ),
    fc.nat(5).map((local): LifecycleEvent => ({ type: 'endpoints', local })),
  );
  fc.assert(
    fc.property(fc.array(events), fc.nat(3), (list, minimum) => {
      let state: LifecycleState = { name: 'running' };
      for (const event of list) {
        const next = transition(state, event, minimum);
        expect(order.indexOf(next.name)).toBeGreaterThanOrEqual(order.indexOf(state.name));
        state = next;
      }
    }),
  );
});
