import type { GeneratorFigures } from '../report/report.ts';

const MAX_LATENESS_P99_MS = 20;
const MAX_STALL_MS = 500;
const MAX_CPU_PERCENT = 85;

/** What makes a measurement the generator's own doing: then it says nothing about the bridge. */
export function generatorFaults({
  cpuPercent,
  latenessMs,
  stallMs,
  socketDrops,
}: Omit<GeneratorFigures, 'faults'>): string[] {
  const faults: string[] = [];
  if (latenessMs && latenessMs.p99 > MAX_LATENESS_P99_MS) {
    faults.push(
      `1 % of its packets left more than ${MAX_LATENESS_P99_MS} ms late (${Math.round(latenessMs.p99)} ms)`,
    );
  }
  const longest = Math.max(latenessMs?.max ?? 0, stallMs?.max ?? 0);
  if (longest > MAX_STALL_MS) faults.push(`it stood still for ${Math.round(longest)} ms`);
  const busiest = Math.max(0, ...cpuPercent);
  if (busiest > MAX_CPU_PERCENT) {
    faults.push(
      `a generator process used ${Math.round(busiest)} % of its core: give it --processes or another machine`,
    );
  }
  if (socketDrops > 0)
    faults.push(`the kernel dropped ${socketDrops} datagrams before it read them`);
  return faults;
}
