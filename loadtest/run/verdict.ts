import type {
  Conservation,
  Limits,
  Percentiles,
  StepReport,
  Verdict,
  Violation,
} from '../report/report.ts';

export const defaultLimits: Limits = {
  audioLossPercent: 0.5,
  videoLossPercent: 1,
  delayP99Ms: 50,
  firstAudioP95Ms: 3_000,
  firstVideoP95Ms: 5_000,
  audioGapsPerMinute: 1,
  freezesPerMinute: 1,
  joinFailuresPercent: 0,
};

type Measured = Omit<StepReport, 'violations'>;

/** What a step broke, worst first: by how many times it exceeded its limit. */
export function violationsOf(step: Measured, limits: Limits): Violation[] {
  const minutes = (step.participants * step.seconds) / 60;
  const { audio, video, joins } = step;
  const p95 = (value: Percentiles | undefined) => value?.p95 ?? 0;
  const checks: readonly (readonly [string, number, number, string])[] = [
    ['audio loss', audio.lossPercent, limits.audioLossPercent, '%'],
    ['video loss after retransmission', video.lossPercent, limits.videoLossPercent, '%'],
    ['audio delay p99', audio.delayMs?.p99 ?? 0, limits.delayP99Ms, 'ms'],
    ['video delay p99', video.delayMs?.p99 ?? 0, limits.delayP99Ms, 'ms'],
    ['first audio p95', p95(joins.firstAudioMs), limits.firstAudioP95Ms, 'ms'],
    ['first video p95', p95(joins.firstVideoMs), limits.firstVideoP95Ms, 'ms'],
    ['audio gaps', step.audioGaps / minutes, limits.audioGapsPerMinute, 'a minute'],
    ['freezes', step.freezes / minutes, limits.freezesPerMinute, 'a minute'],
    [
      'failed joins',
      (100 * joins.failed) / Math.max(1, joins.attempted),
      limits.joinFailuresPercent,
      '%',
    ],
  ];
  return checks
    .filter(([, measured, allowed]) => measured > allowed)
    .map(([limit, measured, allowed, unit]) => ({ limit, measured, allowed, unit }))
    .sort((a, b) => excess(b) - excess(a));
}

/** The sentence an operator reads first. */
export function verdictOf(steps: readonly StepReport[], conservation: Conservation): Verdict {
  const bad = steps.find(({ violations }) => violations.length > 0);
  const invalid = steps.find(({ generator }) => generator.faults.length > 0);
  const passed = steps.filter(
    (step) => step.violations.length === 0 && step.generator.faults.length === 0,
  );
  const highest = passed.at(-1)?.name;
  const brokeFirst = bad && `${bad.name}: ${describe(bad.violations[0])}`;
  const base = { highestPassed: highest, brokeFirst };
  // A starved generator explains every other figure, so it comes first.
  if (invalid && (!bad || steps.indexOf(invalid) <= steps.indexOf(bad))) {
    return { ...base, result: 'INVALID', headline: starved(invalid, highest) };
  }
  if (!conservation.holds) {
    const [headline = 'packets are not accounted for'] = conservation.notes;
    return { ...base, result: 'FAIL', headline };
  }
  const reached = highest === undefined ? 'no step passed' : `passed up to ${highest}`;
  if (brokeFirst === undefined) return { ...base, result: 'PASS', headline: reached };
  return { ...base, result: 'FAIL', headline: `${reached}; broke first at ${brokeFirst}` };
}

function starved({ name, generator }: StepReport, highest: string | undefined): string {
  const reached = highest === undefined ? '' : `; the bridge passed up to ${highest}`;
  return `the generator itself was too slow at ${name}: ${generator.faults[0] ?? ''}${reached}`;
}

function describe(violation: Violation | undefined): string {
  if (!violation) return '';
  const { limit, measured, allowed, unit } = violation;
  return `${limit} ${measured.toFixed(1)} ${unit}, allowed ${allowed}`;
}

function excess({ measured, allowed }: Violation): number {
  return allowed === 0 ? Infinity : measured / allowed;
}
