import type { Limits, Percentiles, StepReport, Violation, WayFigures } from '../report/report.ts';

/** The limit that joins which failed exceed. */
export const FAILED_JOINS = 'failed joins';
/** The limit that clients without a connection or channel exceed. */
export const CUT_OFF = 'clients cut off';

const joiningLimits: readonly string[] = ['first audio p95', 'first video p95', FAILED_JOINS];

/** What was broken while people came in, before the step itself was measured. */
export function isOfJoining({ limit }: Violation): boolean {
  return joiningLimits.includes(limit);
}

type Measured = Omit<StepReport, 'violations' | 'disturbances'>;

/** What a step broke, worst first: by how many times it exceeded its limit. @param limits where groups have none of their own */
export function violationsOf(step: Measured, limits: Limits): Violation[] {
  const { joins, pairs } = step;
  const p95 = (value: Percentiles | undefined) => value?.p95 ?? 0;
  const ways = step.groups.length > 1 ? step.ways : [everyWay(step, limits)];
  const checks: readonly Check[] = [
    ...ways.flatMap((way) => checksOfWay(way, step)),
    ['first audio p95', p95(joins.firstAudioMs), limits.firstAudioP95Ms, 'ms'],
    ['first video p95', p95(joins.firstVideoMs), limits.firstVideoP95Ms, 'ms'],
    [
      FAILED_JOINS,
      (100 * joins.failed) / Math.max(1, joins.attempted),
      limits.joinFailuresPercent,
      '%',
    ],
    [CUT_OFF, step.cutOff.clients, 0, ''],
    // What explains them comes before.
    ['clients that heard nobody', step.deaf, 0, ''],
    ['clients that saw nobody', step.blind, 0, ''],
    ['voices not heard', pairs.unheard, 0, `of ${pairs.voices}`],
    ['cameras not seen', pairs.unseen, 0, `of ${pairs.views}`],
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

function excess({ measured, allowed }: Violation): number {
  return allowed === 0 ? Infinity : measured / allowed;
}
