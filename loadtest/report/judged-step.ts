import type { StepReport } from './report.ts';

type Judged = Pick<StepReport, 'violations' | 'generator' | 'disturbances'>;

/** What makes a step say nothing about the bridge: the generator, or others on the machine. */
export function faultsOf({ generator, disturbances }: Judged): readonly string[] {
  return [...generator.faults.map((fault) => `the generator: ${fault}`), ...disturbances];
}

export function isInvalid(step: Judged): boolean {
  return faultsOf(step).length > 0;
}

/** It says something about the bridge, and that is that it broke a limit. */
export function isBroken(step: Judged): boolean {
  return step.violations.length > 0 && !isInvalid(step);
}

/** For who reads on: what could not be judged did not fail. */
export function markOf(step: Judged): '✓' | '✗' | '?' {
  if (isGood(step)) return '✓';
  return isBroken(step) ? '✗' : '?';
}

export function isGood(step: Judged): boolean {
  return step.violations.length === 0 && !isInvalid(step);
}
