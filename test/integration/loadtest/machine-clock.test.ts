import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const module = fileURLToPath(
  new URL('../../../dist/loadtest/loadtest/generator/machine-clock.js', import.meta.url),
);

/** By how many ms its clock is before or after CLOCK_MONOTONIC, read just before and after it. */
const program = `
  const { machineClock } = await import('${module}');
  const monotonic = () => Number(process.hrtime.bigint()) / 1e6;
  const errors = Array.from({ length: 1000 }, () => {
    const before = monotonic();
    const now = machineClock.nowMs();
    return Math.max(before - now, now - monotonic(), 0);
  });
  console.log(Math.max(...errors));
`;

it('is the same in every process, so that a packet takes as long as it does', () => {
  for (let round = 0; round < 3; round += 1) {
    const argv = ['--input-type=module', '--eval', program];
    const errorMs = Number(execFileSync(process.execPath, argv, { encoding: 'utf8' }));
    expect(errorMs).toBeLessThan(0.1);
  }
});
