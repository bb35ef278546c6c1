import { describe, expect, it } from 'vitest';
import { step } from '../../../loadtest/mode/step.ts';
import type { StepReport } from '../../../loadtest/report/report.ts';
import { defaultLimits } from '../../../loadtest/run/limits.ts';
import { violationsOf } from '../../../loadtest/run/violations.ts';
import { MeasuredCall } from './measured-call.ts';
import { client } from './synthetic-client.ts';

const good = new MeasuredCall('audio', () => 1).run(5).report();
const lossy = { ...good, audio: { ...good.audio, lossPercent: 4 } };
const broken = { ...lossy, violations: violationsOf(lossy, defaultLimits) };
const starved = { ...good, generator: { ...good.generator, faults: ['it stood still'] } };

/** Climbs, with what each measurement finds; time passes by measuring alone. */
async function climbed(
  found: readonly StepReport[],
  change: { readonly budgetSeconds?: number } = {},
) {
  const measured: string[] = [];
  const sizes: number[] = [];
  let seconds = 0;
  const measure = (name: string, stepSeconds: number) => {
    const report = found[measured.length];
    if (!report) throw new Error(`nobody expected ${name} to be measured`);
    measured.push(name);
    seconds += stepSeconds;
    return Promise.resolve({ ...report, name });
  };
  const run = {
    settleSeconds: 2,
    get elapsedS() {
      return seconds;
    },
    become: (clients: readonly unknown[]) => {
      sizes.push(clients.length);
      return Promise.resolve([]);
    },
    measure,
    measureAgain: measure,
  };
  const findings = await step(run, {
    nameOf: (size) => `${size} people`,
    clients: (size) => Array.from({ length: size }, (_, at) => client(at + 1)),
    joinsPerSecond: 5,
    sizes: [2, 4, 8],
    stepSeconds: 20,
    budgetSeconds: 3600,
    churnPerMinute: 0,
    ...change,
  });
  return { findings, measured, sizes };
}

describe('a climb', () => {
  it('ends at the size that breaks a limit', async () => {
    const { measured, sizes, findings } = await climbed([good, broken]);
    expect(measured).toEqual(['2 people', '4 people']);
    expect(sizes).toEqual([2, 4]);
    expect(findings).toEqual([]);
  });

  it('says that it found no limit', async () => {
    const { findings } = await climbed([good, good, good]);
    expect(findings).toEqual([
      'the largest size passed: choose larger ones with --sizes to find the knee',
    ]);
  });

  it('measures once more what the generator spoiled, and goes on where that was a moment', async () => {
    const { measured, sizes, findings } = await climbed([good, starved, good, broken]);
    expect(measured).toEqual(['2 people', '4 people', '4 people', '8 people']);
    // Nobody joined in vain.
    expect(sizes).toEqual([2, 4, 8]);
    expect(findings).toEqual([
      '4 people was measured twice: the first time the generator: it stood still',
    ]);
    expect((await climbed([good, starved, starved])).measured).toHaveLength(3);
  });

  it('ends when the time is up, which is no limit of the bridge', async () => {
    const { measured, findings } = await climbed([good, good], { budgetSeconds: 40 });
    expect(measured).toEqual(['2 people']);
    expect(findings).toEqual(['stopped before 4 people: the time was up, not the bridge']);
  });
});
