import type { Conservation, StepReport, Verdict } from '../report/report.ts';
import { violationText } from '../report/figures.ts';
import { isBroken, isGood, isInvalid } from '../report/judged-step.ts';
import { CUT_OFF, FAILED_JOINS } from './violations.ts';

/** What a verdict depends on beside the figures. */
export type Circumstances = {
  /**
   * What the steps are to each other. `rising`: each was a larger load than the one before; `each`: none can be done without; `parts`: of one
   * load for a long time, of which some may say nothing.
   */
  readonly order: 'rising' | 'each' | 'parts';
  /** Sizes were not asked for but climbed as far as it went: one the generator cannot carry is left out, not the whole run. */
  readonly climbing: boolean;
  /** Why what was to be tested did not happen. */
  readonly untested: string | undefined;
  /** What was broken that shows in no step: a leak. */
  readonly leak: string | undefined;
};

type Run = {
  readonly steps: readonly StepReport[];
  readonly conservation: Conservation;
  readonly circumstances: Circumstances;
};

type Judgement = { readonly sentence: Sentence; readonly broken: StepReport | undefined };

type Sentence = readonly [Verdict['result'], string];

/** The sentence an operator reads first. */
export function verdictOf(
  steps: readonly StepReport[],
  conservation: Conservation,
  circumstances: Circumstances,
): Verdict {
  const run = { steps, conservation, circumstances };
  const { sentence, broken } = circumstances.order === 'rising' ? judgeClimb(run) : judgeParts(run);
  const [result, headline] = untestedSentence(run) ?? sentence;
  const highestPassed = lastPassed(steps, broken)?.name;
  return { result, headline, highestPassed, brokeFirst: broken && whatBroke(broken) };
}

function untestedSentence({ steps, circumstances }: Run): Sentence | undefined {
  if (circumstances.untested !== undefined) return ['INVALID', circumstances.untested];
  return steps.length === 0 ? ['INVALID', 'nothing was measured'] : undefined;
}

/** The first step that is not good decides; a starved generator explains every other figure of its step. */
function judgeClimb({ steps, conservation, circumstances }: Run): Judgement {
  const broken = steps.find((step) => !isGood(step));
  const highest = lastPassed(steps, broken)?.name;
  const reached = highest === undefined ? 'passed no step' : `passed up to ${highest}`;
  const sentence = (): Sentence => {
    if (broken && isInvalid(broken)) {
      const mayStand = circumstances.climbing && conservation.holds && highest !== undefined;
      return mayStand
        ? ['PASS', `${reached}; then ${whatBroke(broken)}`]
        : ['INVALID', `${whatBroke(broken)}; the bridge ${reached}`];
    }
    if (!conservation.holds) return ['FAIL', unaccounted(conservation)];
    return broken ? ['FAIL', `${reached}; broke first at ${whatBroke(broken)}`] : ['PASS', reached];
  };
  return { sentence: sentence(), broken };
}

/** What could be judged decides; the rest is said, and may be too much of it. */
function judgeParts({ steps, conservation, circumstances }: Run): Judgement {
  const invalid = steps.filter(isInvalid);
  const [unjudged] = invalid;
  const broken = steps.find(isBroken);
  const isTooMuch =
    circumstances.order === 'each' ? invalid.length > 0 : 2 * invalid.length > steps.length;
  const rest = unjudged
    ? `; ${invalid.length} of ${steps.length} could not be judged: ${whatBroke(unjudged)}`
    : '';
  const sentence = (): Sentence => {
    if (broken) {
      const before = lastPassed(steps, broken)?.name;
      const kept = before === undefined ? 'passed no step' : `kept its limits until "${before}"`;
      return ['FAIL', `${kept}; broke first at ${whatBroke(broken)}${rest}`];
    }
    if (circumstances.leak !== undefined) return ['FAIL', circumstances.leak + rest];
    // What a generator that stood still did not see may be what is missing.
    if (!conservation.holds)
      return [unjudged ? 'INVALID' : 'FAIL', unaccounted(conservation) + rest];
    const kept = unjudged ? 'where it could be judged' : 'in every step';
    return [isTooMuch ? 'INVALID' : 'PASS', `kept its limits ${kept}${rest}`];
  };
  return { sentence: sentence(), broken };
}

function unaccounted({ notes }: Conservation): string {
  return notes[0] ?? 'packets are not accounted for';
}

/** What passed after something broke is no higher step. */
function lastPassed(
  steps: readonly StepReport[],
  broken: StepReport | undefined,
): StepReport | undefined {
  return (broken ? steps.slice(0, steps.indexOf(broken)) : steps).findLast(isGood);
}

function whatBroke(step: StepReport): string {
  const { name, violations, generator, disturbances } = step;
  const [fault] = generator.faults;
  if (fault !== undefined) return `the generator itself was too slow at ${name}: ${fault}`;
  const [disturbance] = disturbances;
  if (disturbance !== undefined) return `this machine was not free at ${name}: ${disturbance}`;
  const [worst] = violations;
  const [reason] = reasonsOf(worst?.limit, step);
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${name}: ${worst ? violationText(worst) : ''}${why}`;
}

function reasonsOf(limit: string | undefined, { joins, cutOff }: StepReport): readonly string[] {
  if (limit === FAILED_JOINS) return joins.failures;
  return limit === CUT_OFF ? cutOff.reasons : [];
}
