import type { RunArguments } from '../arguments.ts';
import type { Extent } from '../report/terminal.ts';
import { clientsOf, stepName } from '../scenario/scenario.ts';
import type { Load, Mode } from './mode.ts';
import { chaos } from './chaos.ts';
import { soak } from './soak.ts';
import { spike } from './spike.ts';
import { step } from './step.ts';

/** Two minutes with joining, settling and the final accounts. */
const QUICK_BUDGET_S = 95;

const SOAK_BUDGET_S = 3600;

function modeFor({ command, chaosCommand }: RunArguments): Mode {
  if (command === 'soak') return soak;
  if (command === 'spike') return spike;
  if (command === 'chaos') return chaos(chaosCommand ?? '');
  return step;
}

function extentOf(command: RunArguments['command'], { sizes, budgetSeconds }: Load): Extent {
  if (command === 'soak') return { seconds: budgetSeconds };
  if (command === 'spike') return { steps: 3 };
  return { steps: command === 'chaos' ? 2 : sizes.length };
}

/** @param first number of the first participant */
export function planFor(
  args: RunArguments,
  first: number,
): { readonly mode: Mode; readonly load: Load; readonly extent: Extent } {
  const { command, scenario, knobs, durationSeconds } = args;
  const isQuick = command === 'quick';
  const load = {
    nameOf: (size: number) => stepName(scenario, size),
    clients: (size: number) => clientsOf(scenario, size, knobs, first),
    joinsPerSecond: args.joinsPerSecond ?? scenario.joinsPerSecond,
    sizes: args.sizes ?? scenario.sizes,
    stepSeconds: args.stepSeconds,
    budgetSeconds: durationSeconds ?? (isQuick ? QUICK_BUDGET_S : SOAK_BUDGET_S),
    churnPerMinute: args.churnPerMinute,
  };
  return { mode: modeFor(args), load, extent: extentOf(command, load) };
}
