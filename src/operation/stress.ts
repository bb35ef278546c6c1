/** What a bridge can run out of first; fractions of one unit, 0 to 1 and above. */
export type Load = {
  /** CPU time of the whole machine, stolen time included. */
  readonly machineCpu: number;
  /** Of one core. */
  readonly busiestWorkerCpu: number;
  /** Share of time in which the event loop was not idle. */
  readonly eventLoop: number;
  /** Share of time by which it ran timers late: in a container that gets little CPU neither the machine nor it looks busy. */
  readonly late: number;
  /** Packets per second in and out. */
  readonly packetRate: number;
};

/** `videobridge.load-management.load-measurements`. */
export type StressConfig = {
  readonly measurement: 'cpu-usage' | 'packet-rate';
  readonly cpuLoadThreshold: number;
  readonly packetRateLoadThreshold: number;
};

/**
 * Load divided by the configured threshold: 0 = idle, 1 = full, may exceed 1. The maximum of what saturates
 * first, because one busy worker stops a bridge whose machine looks half idle (operations.md §6.2).
 */
export function stressLevel(load: Load, config: StressConfig): number {
  const stress =
    config.measurement === 'packet-rate'
      ? load.packetRate / config.packetRateLoadThreshold
      : Math.max(load.machineCpu, load.busiestWorkerCpu, load.eventLoop, load.late) /
        config.cpuLoadThreshold;
  return Number.isFinite(stress) ? Math.max(0, stress) : 0;
}
