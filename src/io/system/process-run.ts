import { readFileSync } from 'node:fs';

/** `USER_HZ` is 100 on every Linux that Node runs on. */
const MS_PER_TICK = 10;

/**
 * How the system runs a process: its state (a letter of proc(5)), and the CPU time of all its threads so far in steps of 10 ms.
 * @returns undefined where there is no /proc, and when the process is gone
 */
export function processRun(
  pid: number,
): { readonly state: string; readonly cpuMs: number } | undefined {
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
