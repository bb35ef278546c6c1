import { faultsOf, isGood, isInvalid } from '../report/judged-step.ts';
import type { Run } from '../run/run.ts';
import type { Load } from './mode.ts';

/** Joining, beside settling and what is measured. */
const JOINING_S = 4;

/** Climbs the sizes until one breaks a limit or the generator cannot follow: finds the knee. */
export async function step(run: Run, load: Load): Promise<readonly string[]> {
  const findings: string[] = [];
  const stepSeconds = JOINING_S + run.settleSeconds + load.stepSeconds;
  const isTimeLeft = () => load.budgetSeconds - run.elapsedS >= stepSeconds;
  for (const size of load.sizes) {
    const name = load.nameOf(size);
    if (!isTimeLeft()) {
      return [...findings, `stopped before ${name}: the time was up, not the bridge`];
    }
    const joins = await run.become(load.clients(size), load.joinsPerSecond);
    let report = await run.measure(name, load.stepSeconds, joins);
    // Something else may have had the machine for a moment.
    if (isInvalid(report) && isTimeLeft()) {
      findings.push(`${name} was measured twice: the first time ${faultsOf(report).join('; ')}`);
      report = await run.measureAgain(name, load.stepSeconds, joins);
    }
    if (!isGood(report)) return findings;
  }
  return [...findings, 'the largest size passed: choose larger ones with --sizes to find the knee'];
}
