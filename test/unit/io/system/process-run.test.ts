import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { processRun } from '../../../../src/io/system/process-run.ts';
import { atTheEnd } from '../../../support/at-the-end.ts';
import { until } from '../../../support/until.ts';

it('tells a process that runs from one that waits, is stopped or is gone', async () => {
  // Its name has what separates fields.
  const child = spawn('bash', ['-c', 'exec -a "a) S 1 (b" sleep 60'], { stdio: 'ignore' });
  atTheEnd(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  await becomes(pid, 'S');
  child.kill('SIGSTOP');
  await becomes(pid, 'T');
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(processRun(pid)).toBeUndefined();
});

it('says how long one has run', async () => {
  const child = spawn('bash', ['-c', 'while :; do :; done'], { stdio: 'ignore' });
  atTheEnd(() => void child.kill('SIGKILL'));
  const pid = child.pid ?? 0;
  await becomes(pid, 'R');
  const before = processRun(pid)!.cpuMs;
  await until(() => {
    const ran = processRun(pid)!.cpuMs - before;
    return ran >= 100 ? undefined : `ran for ${ran} ms`;
  });
});

async function becomes(pid: number, state: string): Promise<void> {
  await until(() => {
    const run = processRun(pid);
    return run?.state === state ? undefined : `is ${JSON.stringify(run)}`;
  });
}
