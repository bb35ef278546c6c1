import { afterEach, describe, expect, it } from 'vitest';
import type { Logger } from '../../../../src/base/logger.ts';
import { Sweep } from '../../../../src/io/media/sweep.ts';

const errors: unknown[] = [];
const nothing = () => undefined;
const log: Logger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (fields) => errors.push(fields['err']),
  child: () => log,
};

let sweep: Sweep;
afterEach(() => {
  sweep.close();
  errors.length = 0;
});

/** A sweep whose own timer never comes to run, with `count` items that note their visits. */
function sweepOf(count: number) {
  sweep = new Sweep(log);
  const visits = Array.from({ length: count }, () => 0);
  const removals = visits.map((_, place) =>
    sweep.add({
      sweep: async () => {
        visits[place] = (visits[place] ?? 0) + 1;
      },
    }),
  );
  return { visits, removals };
}

async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) {
    sweep.tick();
    await Promise.resolve();
    await Promise.resolve();
  }
}

describe('Sweep', () => {
  it.each([1, 7, 10, 15, 200])('visits each of %i items once a second', async (count) => {
    const { visits } = sweepOf(count);
    await ticks(20);
    expect(visits.every((times) => times >= 1 && times <= 3)).toBe(true);
    expect(visits.reduce((sum, times) => sum + times)).toBe(2 * count);
  });

  it('makes 200 visits a second at most, everybody in turn', async () => {
    const { visits } = sweepOf(1000);
    await ticks(50);
    expect(visits.every((times) => times === 1)).toBe(true);
  });

  it('leaves out what was removed', async () => {
    const { visits, removals } = sweepOf(2);
    removals[0]!();
    await ticks(10);
    expect(visits).toEqual([0, 1]);
  });

  it('does not start an item again before it has ended, and survives its failure', async () => {
    sweep = new Sweep(log);
    let started = 0;
    let fail: (error: Error) => void = nothing;
    sweep.add({
      sweep: () => {
        started += 1;
        return new Promise((_, reject) => (fail = reject));
      },
    });
    await ticks(30);
    expect(started).toBe(1);
    fail(new Error('no answer'));
    await new Promise((resolve) => setImmediate(resolve));
    await ticks(10);
    expect(started).toBe(2);
    expect(errors).toEqual([new Error('no answer')]);
  });
});
