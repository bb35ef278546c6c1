import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** Between looks at how late timers are; each wakes the process. */
const RESOLUTION_MS = 50;

/** How busy this process's event loop is. `sample` gives figures since the call before. */
export class EventLoopLoad {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #last = performance.eventLoopUtilization();

  start(): void {
    this.#delay.enable();
  }

  /** `utilization` 0 to 1; delays in milliseconds, the histogram's resolution taken off. */
  sample(): { utilization: number; p99DelayMs: number; maxDelayMs: number } {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#last);
    this.#last = now;
    const [p99, max] = [this.#delay.percentile(99), this.#delay.max].map((ns) =>
      Math.max(0, ns / 1e6 - RESOLUTION_MS),
    );
    this.#delay.reset();
    return { utilization, p99DelayMs: p99 ?? 0, maxDelayMs: max ?? 0 };
  }

  close(): void {
    this.#delay.disable();
  }
}
