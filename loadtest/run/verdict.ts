import type { Conservation, StepReport, Verdict } from '../report/report.ts';
import { violationText } from '../report/figures.ts';
import { isGood, isInvalid } from '../report/judged-step.ts';
import { FAILED_JOINS } from './violations.ts';

/** What a verdict depends on beside the figures. */
export type Circumstances = {
  /** Each step was a larger load than the one before. */
  readonly rising: boolean;
  /** Sizes were not asked for but climbed as far as it went: one the generator cannot carry is left out, not the whole run. */
  readonly climbing: boolean;
  /** Why what was to be tested did not happen. */
  readonly untested: string | undefined;
};

/** The sentence an operator reads first. */
export function verdictOf(
  steps: readonly StepReport[],
  conservation: Conservation,
  circumstances: Circumstances,
): Verdict {
  const broken = steps.find((step) => !isGood(step));
  const highestPassed = lastBefore(broken, steps)?.name;
  const reached = reachedText(highestPassed, circumstances, broken === undefined);
  // A starved generator explains every other figure of its step, so it comes first.
  const [result, headline] =
    broken && isInvalid(broken) && circumstances.untested === undefined
      ? starved(broken, reached, {
          mayStand: circumstances.climbing && conservation.holds && highestPassed !== undefined,
        })
      : judged(steps, conservation, { broken, reached, untested: circumstances.untested });
  return { result, headline, highestPassed, brokeFirst: broken && whatBroke(broken) };
}

type Sentence = readonly [Verdict['result'], string];

function starved(
  broken: StepReport,
  reached: string,
  { mayStand }: { readonly mayStand: boolean },
): Sentence {
  return mayStand
    ? ['PASS', `${reached}; then ${whatBroke(broken)}`]
    : ['INVALID', `${whatBroke(broken)}; the bridge ${reached}`];
}

function judged(
  steps: readonly StepReport[],
  { holds, notes }: Conservation,
  rest: {
    readonly broken: StepReport | undefined;
    readonly reached: string;
    readonly untested: string | undefined;
  },
): Sentence {
  const { broken, reached, untested } = rest;
  if (untested !== undefined) return ['INVALID', untested];
  if (steps.length === 0) return ['INVALID', 'nothing was measured'];
  if (!holds) return ['FAIL', notes[0] ?? 'packets are not accounted for'];
  return broken ? ['FAIL', `${reached}; broke first at ${whatBroke(broken)}`] : ['PASS', reached];
}

/** What passed after something broke is no higher step. */
function lastBefore(
  broken: StepReport | undefined,
  steps: readonly StepReport[],
): StepReport | undefined {
  return broken ? steps[steps.indexOf(broken) - 1] : steps.at(-1);
}

function reachedText(
  highest: string | undefined,
  { rising }: Pick<Circumstances, 'rising'>,
  isAll: boolean,
): string {
  if (highest === undefined) return 'passed no step';
  if (rising) return `passed up to ${highest}`;
  return isAll ? 'kept its limits in every step' : `kept its limits in the steps to "${highest}"`;
}

function whatBroke({ name, violations, generator, disturbances, joins }: StepReport): string {
  const [fault] = generator.faults;
  if (fault !== undefined) return `the generator itself was too slow at ${name}: ${fault}`;
  const [disturbance] = disturbances;
  if (disturbance !== undefined) return `this machine was not free at ${name}: ${disturbance}`;
  const [worst] = violations;
  const [reason] = worst?.limit === FAILED_JOINS ? joins.failures : [];
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${name}: ${worst ? violationText(worst) : ''}${why}`;
}
