import { readFileSync } from 'node:fs';

/** How the system runs a process. */
export type ProcessRun = {
  /** R = runs, or waits for a CPU; S, D = waits for something else; T = stopped (proc(5)). */
  readonly state: string;
  /** CPU time of all its threads so far, in steps of 10 ms. */
  readonly cpuMs: number;
};

/** `USER_HZ` is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/** @returns undefined where there is no /proc, and when the process is gone */
export function processRun(pid: number): ProcessRun | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The name, in brackets, may hold spaces and brackets.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return { state: fields[0] ?? '', cpuMs: ticks * MS_PER_TICK };
}
