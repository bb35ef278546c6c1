import { readFileSync } from 'node:fs';

/** Threads of this process (proc(5), `Threads` in status); 0 where there is no /proc. */
export function threadCount(): number {
  try {
    return Number(/^Threads:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
