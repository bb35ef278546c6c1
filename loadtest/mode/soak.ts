import type { Moment } from '../report/report.ts';
import type { Run } from '../run/run.ts';
import type { Load } from './mode.ts';
import { inPlaceOf } from './newcomers.ts';
import { slopePerHour } from './slope.ts';

/** Caches fill and heaps grow at first; slopes are taken of the rest. */
const WARM_SHARE = 0.2;
/** Over less, a slope is noise. */
const MIN_SLOPE_S = 300;
/** A verdict takes more than a figure: heaps breathe for minutes. */
const MIN_LEAK_S = 1_800;

/** Holds the largest size for the whole time, with people coming and going. @returns nothing; `slopesOf` says what it found, however it ended */
export async function soak(
  run: Pick<Run, 'become' | 'measure' | 'elapsedS'>,
  load: Load,
): Promise<readonly string[]> {
  const size = load.sizes.at(-1) ?? 1;
  const base = load.clients(size);
  const generations = base.map(() => 0);
  let joins = await run.become(base, load.joinsPerSecond);
  let replaced = 0;
  for (let minute = 1; run.elapsedS + load.stepSeconds < load.budgetSeconds; minute += 1) {
    await run.measure(`${load.nameOf(size)}, part ${minute}`, load.stepSeconds, joins);
    const due = Math.floor((run.elapsedS / 60) * load.churnPerMinute) - replaced;
    for (let count = 0; count < Math.min(due, base.length); count += 1) {
      const at = replaced++ % base.length;
      generations[at] = (generations[at] ?? 0) + 1;
    }
    joins = await run.become(
      base.map((spec, at) => inPlaceOf(spec, generations[at] ?? 0)),
      load.joinsPerSecond,
    );
  }
  return [];
}

/** Slow growth of memory and delay. */
export function slopesOf(moments: readonly Moment[]): string[] {
  if (warmOf(moments).length < MIN_SLOPE_S)
    return ['too short to see slow growth: soak for an hour'];
  const say = (what: string, unit: string, value: (moment: Moment) => number | undefined) => {
    const slope = warmSlope(moments, value);
    return slope === undefined ? [] : [`${what} changes by ${slope.toFixed(1)} ${unit} an hour`];
  };
  return [
    ...say('memory of the bridge', 'MB', ({ bridgeMb }) => bridgeMb),
    ...say('delay (p50)', 'ms', ({ delayP50Ms }) => delayP50Ms),
    ...say('delay (p99)', 'ms', ({ delayP99Ms }) => delayP99Ms),
  ];
}

function warmOf(moments: readonly Moment[]): readonly Moment[] {
  return moments.slice(Math.floor(moments.length * WARM_SHARE));
}

function warmSlope(
  moments: readonly Moment[],
  value: (moment: Moment) => number | undefined,
): number | undefined {
  return slopePerHour(warmOf(moments).map((moment) => ({ s: moment.s, value: value(moment) })));
}

/**
 * Whether the bridge's memory grew by more MB an hour than a scenario allows.
 * @returns neither where it did not, or nobody said how much it may
 */
export function leakOf(
  moments: readonly Moment[],
  allowed: number | undefined,
): { readonly found?: string; readonly untested?: string } {
  if (allowed === undefined) return {};
  const slope = warmSlope(moments, ({ bridgeMb }) => bridgeMb);
  if (warmOf(moments).length < MIN_LEAK_S || slope === undefined) {
    return {
      untested:
        'memoryMbPerHour cannot be judged: that takes a bridge on this machine and 40 minutes (--duration)',
    };
  }
  if (slope <= allowed) return {};
  return {
    found: `memory of the bridge grows by ${slope.toFixed(1)} MB an hour, allowed ${allowed}`,
  };
}
