import { expect, it } from 'vitest';
import { Pulse } from '../../../../src/io/media/pulse.ts';
import type { ProcessRun } from '../../../../src/io/media/media-options.ts';

/** What is overdue after each interval of 250 ms. */
function overdue(runs: readonly (ProcessRun | undefined)[], pulse = new Pulse()) {
  return runs.map((run) => {
    pulse.missed(250, run);
    return pulse.overdueMs;
  });
}

it.each([
  ['waits for something', { state: 'S', cpuMs: 70 }],
  ['is stopped', { state: 'T', cpuMs: 70 }],
  ['is not known', undefined],
] as const)('counts all time of a process that %s', (_what, run) => {
  expect(overdue([run, run, run])).toEqual([250, 500, 750]);
});

it('counts what a process was run for that waits for a CPU', () => {
  const at = (cpuMs: number) => ({ state: 'R', cpuMs });
  expect(overdue([at(70), at(70), at(80), at(80)])).toEqual([250, 250, 260, 260]);
  expect(overdue([at(70), at(330), at(580)])).toEqual([250, 500, 750]);
});

it('owes an answer also while it waits', () => {
  const pulse = new Pulse();
  const waits = { state: 'R', cpuMs: 70 };
  expect(overdue([waits, waits, waits], pulse).at(-1)).toBe(250);
  expect(pulse.owedMs).toBe(750);
  pulse.answered();
  expect(pulse.owedMs).toBe(0);
});

it('begins anew with an answer', () => {
  const pulse = new Pulse();
  overdue([{ state: 'R', cpuMs: 70 }], pulse);
  pulse.answered();
  expect(pulse.overdueMs).toBe(0);
  expect(overdue([{ state: 'R', cpuMs: 70 }], pulse)).toEqual([250]);
});
