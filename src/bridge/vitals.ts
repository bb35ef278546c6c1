import type { Clock, Scheduled, Timers } from '../base/clock.ts';
import type { MediaPlane } from '../conference/ports.ts';
import type { BridgeConfig } from '../config/bridge-config.ts';
import { EventLoopLoad } from '../io/system/event-loop-load.ts';
import { MachineLoad } from '../io/system/machine-load.ts';
import { threadCount } from '../io/system/thread-count.ts';
import { checkHealth, type Health } from '../operation/health.ts';
import { stressLevel } from '../operation/stress.ts';
import type { ProcessFigures } from '../stats/bridge-snapshot.ts';

export type VitalsOptions = {
  readonly config: Pick<BridgeConfig, 'health' | 'load'>;
  readonly media: MediaPlane;
  readonly hasValidAddress: boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onHealthChange: (health: Health) => void;
  /** After each sample, with the new stress. */
  readonly onSample: (stress: number) => void;
};

/** JVB samples load as often (operations.md §6.2). */
const sampleIntervalMs = 10_000;
/** Health is read from figures that are there anyway, so it can be judged often. */
const healthIntervalMs = 1_000;

/** Reads machine, process and workers, and says from it how loaded and how well the bridge is. */
export class Vitals {
  readonly #options: VitalsOptions;
  readonly #machine: MachineLoad;
  readonly #eventLoop = new EventLoopLoad();
  readonly #schedules: Scheduled[] = [];
  #health: Health = { healthy: true, reason: undefined };
  #stress = 0;
  #loop = { utilization: 0, p99DelayMs: 0, maxDelayMs: 0 };
  #checkedMs: number;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#machine = new MachineLoad(options.config.load.cpuUsage.detectSteal);
    this.#checkedMs = options.clock.nowMs();
  }

  get health(): Health {
    return this.#health;
  }

  /** 0 = idle, 1 = full. */
  get stress(): number {
    return this.#stress;
  }

  start(): void {
    const { timers } = this.#options;
    this.#eventLoop.start();
    this.#machine.sample();
    this.#schedules.push(
      timers.every(sampleIntervalMs, () => this.#sample()),
      timers.every(healthIntervalMs, () => this.#check()),
    );
  }

  close(): void {
    for (const schedule of this.#schedules) schedule.cancel();
    this.#eventLoop.close();
  }

  process(): ProcessFigures {
    const { heapUsed, rss } = process.memoryUsage();
    return {
      threads: threadCount(),
      heapUsedBytes: heapUsed,
      residentBytes: rss,
      eventLoopUtilization: this.#loop.utilization,
      eventLoopDelayP99Ms: this.#loop.p99DelayMs,
    };
  }

  #sample(): void {
    const { media, config } = this.#options;
    this.#loop = this.#eventLoop.sample();
    const figures = media.figures();
    const { cpuUsage, packetRate, measurement } = config.load;
    this.#stress = stressLevel(
      {
        machineCpu: this.#machine.sample(),
        busiestWorkerCpu: Math.max(0, ...figures.workers.map(({ cpu }) => cpu)),
        eventLoop: this.#loop.utilization,
        packetRate: figures.packetsPerSecondIn + figures.packetsPerSecondOut,
      },
      {
        measurement,
        cpuLoadThreshold: cpuUsage.loadThreshold,
        packetRateLoadThreshold: packetRate.loadThreshold,
      },
    );
    this.#options.onSample(this.#stress);
  }

  #check(): void {
    const { media, clock, config, hasValidAddress, onHealthChange } = this.#options;
    const nowMs = clock.nowMs();
    const before = this.#health;
    this.#health = checkHealth(
      {
        hasValidAddress,
        workersSilentMs: media
          .figures()
          .workers.filter(({ alive }) => alive)
          .map(({ silentMs }) => silentMs),
        // This very timer's lateness: a loop that hung was late by as much.
        eventLoopDelayMs: Math.max(0, nowMs - this.#checkedMs - healthIntervalMs),
      },
      config.health,
    );
    this.#checkedMs = nowMs;
    if (this.#health.reason !== before.reason) onHealthChange(this.#health);
  }
}
