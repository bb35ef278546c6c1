import type { Load } from './mode.ts';
import type { Run } from '../run/run.ts';

/** Joining and settling, beside what is measured. */
const STEP_OVERHEAD_S = 6;

/** Climbs the sizes until one breaks a limit or the generator cannot follow: finds the knee. */
export async function step(run: Run, load: Load): Promise<readonly string[]> {
  for (const size of load.sizes) {
    const left = load.budgetSeconds - run.elapsedS;
    if (left < load.stepSeconds + STEP_OVERHEAD_S) {
      return [`stopped before ${load.scenario.describe(size)}: the time was up, not the bridge`];
    }
    const joins = await run.become(load.clients(size), load.joinsPerSecond);
    const report = await run.measure(load.scenario.describe(size), load.stepSeconds, joins);
    if (report.violations.length > 0 || report.generator.faults.length > 0) return [];
  }
  return ['the largest size passed: choose larger ones with --sizes to find the knee'];
}
