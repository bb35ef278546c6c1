import type { NetworkProfile } from '../media/link.ts';
import type { Limits } from '../report/report.ts';
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
  memoryMbPerHour: undefined,
} as const satisfies Limits;

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
