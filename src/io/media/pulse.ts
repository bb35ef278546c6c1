import type { ProcessRun } from './media-options.ts';

/**
 * For how long a process has owed an answer. Only time in which it could have given one counts: a process that waits for a CPU is no
 * worse than any other that would be started in its place.
 */
export class Pulse {
  #overdueMs = 0;
  #owedMs = 0;
  #cpuMs: number | undefined;

  /** The same with the time in which it waited for a CPU; a pause of this process itself counts in neither. */
  get owedMs(): number {
    return this.#owedMs;
  }

  get overdueMs(): number {
    return this.#overdueMs;
  }

  answered(): void {
    this.#overdueMs = 0;
    this.#owedMs = 0;
    this.#cpuMs = undefined;
  }

  /** @param run how it was run in the interval that has passed without an answer; undefined = not known */
  missed(intervalMs: number, run: ProcessRun | undefined): void {
    this.#owedMs += intervalMs;
    const waits = run?.state === 'R' && this.#cpuMs !== undefined;
    this.#overdueMs += waits ? Math.min(intervalMs, run.cpuMs - (this.#cpuMs ?? 0)) : intervalMs;
    this.#cpuMs = run?.cpuMs;
  }
}
