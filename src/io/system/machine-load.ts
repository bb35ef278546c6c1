import { readFileSync } from 'node:fs';

/** Fractions of all CPU time since the sample before; `steal` is a part of `used` where it counts. */
export type MachineSample = { readonly used: number; readonly steal: number | undefined };

type CpuTimes = { readonly busy: number; readonly steal: number; readonly total: number };

/**
 * Fraction of the machine's CPU time that was used since the last call, from the `cpu` line of /proc/stat
 * (proc(5)); stolen time counts as used when asked for. Nothing at the first call and where there is no /proc.
 */
export class MachineLoad {
  readonly #countSteal: boolean;
  #last: CpuTimes | undefined;

  constructor(countSteal: boolean) {
    this.#countSteal = countSteal;
  }

  sample(): MachineSample {
    const now = readCpuTimes();
    const last = this.#last;
    this.#last = now;
    if (!now || !last || now.total <= last.total) return { used: 0, steal: undefined };
    const total = now.total - last.total;
    const busy = (now.busy - last.busy) / total;
    if (!this.#countSteal) return { used: busy, steal: undefined };
    const steal = (now.steal - last.steal) / total;
    return { used: busy + steal, steal };
  }
}

function readCpuTimes(): CpuTimes | undefined {
  let text: string;
  try {
    text = readFileSync('/proc/stat', 'latin1');
  } catch {
    return undefined; // not Linux: the other parts of the stress level remain
  }
  const line = text.slice(0, text.indexOf('\n'));
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] =
    line.split(/\s+/).slice(1).map(Number);
  const busy = user + nice + system + irq + softirq;
  return { busy, steal, total: busy + idle + iowait + steal };
}
