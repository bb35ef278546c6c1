import { faultsOf, isGood, isInvalid } from '../report/judged-step.ts';
import type { JoinRecord } from '../run/crowd.ts';
import type { Run } from '../run/run.ts';
import { isOfJoining } from '../run/violations.ts';
import type { Load } from './mode.ts';
import { inPlaceOf } from './newcomers.ts';

/** Joining, beside settling and what is measured. */
export const JOINING_S = 4;

type Climbing = Pick<Run, 'become' | 'measure' | 'measureAgain' | 'elapsedS' | 'settleSeconds'>;

/** Climbs the sizes until one breaks a limit or the generator cannot follow: finds the knee. */
export async function step(run: Climbing, load: Load): Promise<readonly string[]> {
  const findings: string[] = [];
  const stepSeconds = JOINING_S + run.settleSeconds + load.stepSeconds;
  const isTimeLeft = () => load.budgetSeconds - run.elapsedS >= stepSeconds;
  const isStorm = load.joinsPerSecond === 0;
  const comeIn = isStorm ? storming(run, load) : joining(run, load);
  for (const size of load.sizes) {
    const name = load.nameOf(size);
    if (!isTimeLeft()) {
      return [...findings, `stopped before ${name}: the time was up, not the bridge`];
    }
    let joins = await comeIn(size);
    let report = await run.measure(name, load.stepSeconds, joins);
    // Something else may have had the machine for a moment.
    if (isInvalid(report) && isTimeLeft()) {
      findings.push(`${name} was measured twice: the first time ${faultsOf(report).join('; ')}`);
      if (isStorm || report.violations.some(isOfJoining)) joins = await comeIn(size);
      report = await run.measureAgain(name, load.stepSeconds, joins);
    }
    if (!isGood(report)) return findings;
  }
  return [...findings, 'the largest size passed: choose larger ones with --sizes to find the knee'];
}

type ComeIn = (size: number) => Promise<readonly JoinRecord[]>;

/** Those who are missing come. */
function joining(run: Climbing, load: Load): ComeIn {
  return (size) => run.become(load.clients(size), load.joinsPerSecond);
}

/** All at once are all of them: the rooms are empty before. */
function storming(run: Climbing, load: Load): ComeIn {
  let storms = 0;
  return async (size) => {
    await run.become([], 0);
    storms += 1;
    return run.become(
      load.clients(size).map((spec) => inPlaceOf(spec, storms)),
      0,
    );
  };
}
