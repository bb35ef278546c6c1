import { cpus, release, totalmem } from 'node:os';
import type { Machine } from './report.ts';

/** What the run ran on: figures of different machines do not compare. */
export function describeMachine(): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? 'unknown',
    cores: cores.length,
    memoryBytes: totalmem(),
    kernel: `Linux ${release()}`,
    node: process.version,
  };
}
