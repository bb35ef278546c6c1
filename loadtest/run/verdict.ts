import type { NetworkProfile } from '../media/link.ts';
import type {
  Conservation,
  Limits,
  Percentiles,
  StepReport,
  Verdict,
  Violation,
  WayFigures,
} from '../report/report.ts';
import { violationText } from '../report/figures.ts';
import { isGood, isInvalid } from '../report/judged-step.ts';
import type { GroupProfile, Scenario } from '../scenario/scenario.ts';
import { round } from './percentiles.ts';

export const defaultLimits = {
  audioLossPercent: 0.5,
  videoLossPercent: 1,
  delayP99Ms: 50,
  firstAudioP95Ms: 3_000,
  firstVideoP95Ms: 5_000,
  audioGapsPerMinute: 1,
  freezesPerMinute: 1,
  joinFailuresPercent: 0,
} as const satisfies Limits;

const FAILED_JOINS = 'failed joins';

type Measured = Omit<StepReport, 'violations' | 'disturbances'>;

/** What a step broke, worst first: by how many times it exceeded its limit. @param limits where groups have none of their own */
export function violationsOf(step: Measured, limits: Limits): Violation[] {
  const { joins } = step;
  const p95 = (value: Percentiles | undefined) => value?.p95 ?? 0;
  const ways = step.groups.length > 1 ? step.ways : [everyWay(step, limits)];
  const checks: readonly Check[] = [
    ...ways.flatMap((way) => checksOfWay(way, step)),
    ['first audio p95', p95(joins.firstAudioMs), limits.firstAudioP95Ms, 'ms'],
    ['first video p95', p95(joins.firstVideoMs), limits.firstVideoP95Ms, 'ms'],
    ['clients that heard nobody', step.deaf, 0, ''],
    ['clients that saw nobody', step.blind, 0, ''],
    [
      FAILED_JOINS,
      (100 * joins.failed) / Math.max(1, joins.attempted),
      limits.joinFailuresPercent,
      '%',
    ],
  ];
  return checks
    .flatMap(([limit, measured, allowed, unit]) =>
      allowed === undefined || measured <= allowed ? [] : { limit, measured, allowed, unit },
    )
    .sort((a, b) => excess(b) - excess(a));
}

/** Name, what was measured, what is allowed (undefined = anything), unit. */
type Check = readonly [string, number, number | undefined, string];

type Way = Omit<WayFigures, 'from' | 'to'> & Partial<Pick<WayFigures, 'from' | 'to'>>;

/** All clients together. */
function everyWay(step: Measured, limits: Limits): Way {
  const { audio, video, audioGaps, freezes, views, participants } = step;
  return { audio, video, audioGaps, freezes, views, listeners: participants, limits };
}

function checksOfWay(way: Way, { seconds, generator }: Measured): readonly Check[] {
  const { audio, video, limits, from, to } = way;
  const where = from === undefined ? '' : ` from ${from} to ${to}`;
  const perMinute = (count: number, among: number) => (count * 60) / (Math.max(1, among) * seconds);
  // What packets take that no bridge saw is in every delay too.
  const ownP99 = generator.ownDelayMs?.p99 ?? 0;
  const added = (value: Percentiles | undefined) => Math.max(0, (value?.p99 ?? 0) - ownP99);
  const gaps = perMinute(way.audioGaps, way.listeners);
  const freezes = perMinute(way.freezes, way.views);
  return [
    [`audio loss${where}`, audio.lossPercent, limits.audioLossPercent, '%'],
    [`video loss after retransmission${where}`, video.lossPercent, limits.videoLossPercent, '%'],
    [`added audio delay p99${where}`, added(audio.delayMs), limits.delayP99Ms, 'ms'],
    [`added video delay p99${where}`, added(video.delayMs), limits.delayP99Ms, 'ms'],
    [`audio gaps${where}`, gaps, limits.audioGapsPerMinute, 'a minute'],
    [`freezes${where}`, freezes, limits.freezesPerMinute, 'a minute of video'],
  ];
}

/**
 * The limits of media between clients behind networks of their own: what these lose is no fault of the bridge, unless the scenario
 * states limits.
 */
export function limitsBetween(from: GroupProfile, to: GroupProfile): Limits {
  return { ...limitsBehind(from.network.up, to.network.down), ...to.limits };
}

/** What a run is judged by: of all clients where they are alike, else of what has no limits of its own. */
export function usualLimits(
  groups: readonly GroupProfile[],
  stated: Pick<Scenario, 'limits'>,
): Limits {
  const [only, ...others] = groups;
  return only && others.length === 0
    ? limitsBetween(only, only)
    : { ...defaultLimits, ...stated.limits };
}

function limitsBehind(up: NetworkProfile, down: NetworkProfile): Limits {
  const loss = 1 - (1 - up.loss) * (1 - down.loss);
  const isCapped = up.capBps > 0 || down.capBps > 0;
  if (loss === 0 && !isCapped) return defaultLimits;
  const holes = { audioGapsPerMinute: undefined, freezesPerMinute: undefined };
  // How much a cap loses depends on what is asked through it.
  const all = { audioLossPercent: undefined, videoLossPercent: undefined };
  // Half as much again, since a short step is not just the mean.
  const audioLossPercent = round(defaultLimits.audioLossPercent + 150 * loss);
  return { ...defaultLimits, ...holes, ...(isCapped ? all : { audioLossPercent }) };
}

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

function excess({ measured, allowed }: Violation): number {
  return allowed === 0 ? Infinity : measured / allowed;
}
