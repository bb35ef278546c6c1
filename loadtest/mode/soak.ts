import type { ClientSpec } from '../client/client-spec.ts';
import type { Run } from '../run/run.ts';
import type { Load } from './mode.ts';
import { slopePerHour } from './slope.ts';

/** Numbers between one generation of a participant and the next. */
const GENERATION = 0x1000;
/** Caches fill and heaps grow at first; slopes are taken of the rest. */
const WARM_SHARE = 0.2;
/** Over less, a slope is noise. */
const MIN_SLOPE_S = 300;

/** Holds the largest size for the whole time, with people coming and going, and looks for slow growth. */
export async function soak(run: Run, load: Load): Promise<readonly string[]> {
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
    joins = await run.become(base.map(generationOf(generations)), load.joinsPerSecond);
  }
  return slopes(run);
}

function generationOf(
  generations: readonly number[],
): (spec: ClientSpec, at: number) => ClientSpec {
  return (spec, at) => ({
    ...spec,
    participant: spec.participant + (generations[at] ?? 0) * GENERATION,
  });
}

function slopes(run: Run): string[] {
  const warm = run.moments.slice(Math.floor(run.moments.length * WARM_SHARE));
  if (warm.length < MIN_SLOPE_S) return ['too short to see slow growth: soak for an hour'];
  const of = (value: (moment: (typeof warm)[number]) => number | undefined) =>
    slopePerHour(warm.map((moment) => ({ s: moment.s, value: value(moment) })));
  const say = (what: string, slope: number | undefined, unit: string) =>
    slope === undefined ? [] : [`${what} changes by ${slope.toFixed(1)} ${unit} an hour`];
  return [
    ...say(
      'memory of the bridge',
      of(({ bridgeMb }) => bridgeMb),
      'MB',
    ),
    ...say(
      'delay (p50)',
      of(({ delayP50Ms }) => delayP50Ms),
      'ms',
    ),
    ...say(
      'delay (p99)',
      of(({ delayP99Ms }) => delayP99Ms),
      'ms',
    ),
  ];
}
