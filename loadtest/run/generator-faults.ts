import type { GeneratorFigures } from '../report/report.ts';

const MAX_LATENESS_P99_MS = 20;
/** Two fifths of the delay a bridge is allowed (`defaultLimits.delayP99Ms`). */
const MAX_OWN_DELAY_P99_MS = 20;
/** Between processes of one machine nothing gets lost. */
const MAX_OWN_LOSS_PERCENT = 5;
const MAX_STALL_MS = 500;
const MAX_CPU_PERCENT = 85;

const moreProcesses = 'give it more --processes or another machine';

/** What makes a measurement the generator's own doing: then it says nothing about the bridge. */
export function generatorFaults(figures: Omit<GeneratorFigures, 'faults'>): string[] {
  return [...sendingFaults(figures), ...ownPathFaults(figures), ...processorFaults(figures)];
}

type Figures = Omit<GeneratorFigures, 'faults'>;

function sendingFaults({ latenessMs, stallMs }: Figures): string[] {
  const faults: string[] = [];
  if (latenessMs && latenessMs.p99 > MAX_LATENESS_P99_MS) {
    faults.push(
      `1 % of its packets left more than ${MAX_LATENESS_P99_MS} ms late (${Math.round(latenessMs.p99)} ms)`,
    );
  }
  const longest = Math.max(latenessMs?.max ?? 0, stallMs?.max ?? 0);
  if (longest > MAX_STALL_MS) faults.push(`it stood still for ${Math.round(longest)} ms`);
  return faults;
}

function ownPathFaults({ ownDelayMs, ownLossPercent, socketDrops }: Figures): string[] {
  const faults: string[] = [];
  if (!ownDelayMs) faults.push('its own clients could not reach each other past the bridge');
  if (ownDelayMs && ownDelayMs.p99 > MAX_OWN_DELAY_P99_MS) {
    faults.push(
      `packets between its own clients, past the bridge, took ${Math.round(ownDelayMs.p99)} ms (p99), more than ${MAX_OWN_DELAY_P99_MS}: ${moreProcesses}`,
    );
  }
  if (ownLossPercent > MAX_OWN_LOSS_PERCENT) {
    faults.push(
      `${ownLossPercent} % of the packets between its own clients, past the bridge, did not arrive`,
    );
  }
  if (socketDrops > 0)
    faults.push(`the kernel dropped ${socketDrops} datagrams before it read them`);
  return faults;
}

/** A process has several threads, and each may need a core: only where none can be told apart the whole process counts. */
function processorFaults({ busiestThreadPercent, cpuPercent }: Figures): string[] {
  const busiest = busiestThreadPercent ?? Math.max(0, ...cpuPercent);
  if (busiest <= MAX_CPU_PERCENT) return [];
  return [`a generator process used ${Math.round(busiest)} % of its core: ${moreProcesses}`];
}
