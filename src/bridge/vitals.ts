import type { Clock, Scheduled, Timers } from '../base/clock.ts';
import type { MediaPlane } from '../conference/ports.ts';
import type { BridgeConfig } from '../config/bridge-config.ts';
import { EventLoopLoad } from '../io/system/event-loop-load.ts';
import { MachineLoad, type MachineSample } from '../io/system/machine-load.ts';
import { RuntimeLoad } from '../io/system/runtime-load.ts';
import { UdpSockets } from '../io/system/udp-sockets.ts';
import { type Health, HealthCheck, type HealthFacts } from '../operation/health.ts';
import { stressLevel } from '../operation/stress.ts';
import type {
  ProcessFigures,
  SocketFigures,
  WorkerSocketsFigures,
} from '../stats/bridge-snapshot.ts';
import { ReceivedByWorkers } from './received-by-workers.ts';

export type VitalsOptions = {
  readonly config: Pick<BridgeConfig, 'health' | 'load'>;
  readonly media: MediaPlane;
  readonly addresses: Pick<HealthFacts, 'hasValidAddress' | 'stunFailed'>;
  readonly linkOutage: () => { readonly ms: number; readonly reason: string };
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onHealthChange: (health: Health) => void;
  /** The process was not run, or did one thing, for longer than a check may take. */
  readonly onStandstill: (ms: number) => void;
  /** After each sample, with the new stress. */
  readonly onSample: (stress: number) => void;
};

/** JVB samples load as often (operations.md §6.2). */
const sampleIntervalMs = 10_000;
/** Health is read from figures that are there anyway, so it can be judged often. */
const healthIntervalMs = 1_000;
const socketsKeptMs = 500;

/** Reads machine, process and workers, and says from it how loaded and how well the bridge is. */
export class Vitals {
  readonly #options: VitalsOptions;
  readonly #machine: MachineLoad;
  readonly #eventLoop = new EventLoopLoad();
  readonly #runtime = new RuntimeLoad();
  readonly #sockets = new UdpSockets();
  readonly #schedules: Scheduled[] = [];
  readonly #check: HealthCheck;
  readonly #startedMs: number;
  #health: Health = { healthy: true, fault: undefined };
  #stress = 0;
  #loop = { utilization: 0, p99DelayMs: 0, maxDelayMs: 0 };
  #machineLoad: MachineSample = { used: 0, steal: undefined };
  #checkedMs = 0;
  /** By how much the checks since the last sample were late. */
  #lateMs = 0;
  #sampledMs = 0;
  readonly #received = new ReceivedByWorkers();
  #socketFigures: readonly SocketFigures[] = [];
  #workerSockets: readonly WorkerSocketsFigures[] = [];
  #socketsReadMs = -Infinity;

  constructor(options: VitalsOptions) {
    this.#options = options;
    this.#machine = new MachineLoad(options.config.load.cpuUsage.detectSteal);
    this.#check = new HealthCheck(options.config.health);
    this.#startedMs = options.clock.nowMs();
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
    this.#runtime.start();
    this.#machine.sample();
    this.#checkedMs = this.#sampledMs = this.#options.clock.nowMs();
    this.#judge(); // before anybody can ask
    this.#schedules.push(
      timers.every(sampleIntervalMs, () => this.#sample()),
      timers.every(healthIntervalMs, () => this.#judge()),
    );
  }

  close(): void {
    for (const schedule of this.#schedules) schedule.cancel();
    this.#eventLoop.close();
    this.#runtime.close();
  }

  process(): ProcessFigures {
    return {
      ...this.#runtime.read(),
      eventLoopUtilization: this.#loop.utilization,
      eventLoopDelayP99Ms: this.#loop.p99DelayMs,
      eventLoopDelayMaxMs: this.#loop.maxDelayMs,
      machineCpu: this.#machineLoad.used,
      cpuSteal: this.#machineLoad.steal,
    };
  }

  /** The media sockets as the kernel sees them. */
  sockets(): readonly SocketFigures[] {
    this.#readSockets();
    return this.#socketFigures;
  }

  /** The same, added up for each worker. What a socket dropped between the last look at it and its end is missed. */
  workerSockets(): readonly WorkerSocketsFigures[] {
    this.#readSockets();
    return this.#workerSockets;
  }

  /** Several who ask at once are told the same. */
  #readSockets(): void {
    const { media, clock } = this.#options;
    const nowMs = clock.nowMs();
    if (nowMs - this.#socketsReadMs < socketsKeptMs) return;
    const pids = media.figures().workers.map(({ pid }) => pid);
    this.#socketsReadMs = nowMs;
    this.#socketFigures = this.#sockets
      .read(pids)
      .flatMap((sockets, worker) => sockets.map((socket) => ({ worker, ...socket })));
    this.#workerSockets = this.#received.add(this.#socketFigures, pids.length);
  }

  #sample(): void {
    const { media, config } = this.#options;
    this.#loop = this.#eventLoop.sample();
    this.#machineLoad = this.#machine.sample();
    const figures = media.figures();
    const { cpuUsage, packetRate, measurement } = config.load;
    this.#stress = stressLevel(
      {
        machineCpu: this.#machineLoad.used,
        busiestWorkerCpu: Math.max(0, ...figures.workers.map(({ cpu }) => cpu)),
        eventLoop: this.#loop.utilization,
        late: this.#lateShare(),
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

  /** Of the time since the last sample. */
  #lateShare(): number {
    const nowMs = this.#options.clock.nowMs();
    const share = this.#lateMs / Math.max(1, nowMs - this.#sampledMs);
    this.#sampledMs = nowMs;
    this.#lateMs = 0;
    return Math.min(1, share);
  }

  #judge(): void {
    const { config, media, clock, addresses, linkOutage, onHealthChange, onStandstill } =
      this.#options;
    const nowMs = clock.nowMs();
    // This very timer's lateness: a loop that hung was late by as much.
    const lateMs = Math.max(0, nowMs - this.#checkedMs - healthIntervalMs);
    this.#lateMs += lateMs;
    if (lateMs > config.health.maxCheckDurationMs) onStandstill(lateMs);
    const before = this.#health;
    const outage = linkOutage();
    this.#health = this.#check.check(
      {
        ...addresses,
        workersOverdueMs: media
          .figures()
          .workers.filter(({ alive }) => alive)
          .map(({ overdueMs }) => overdueMs),
        lateMs,
        linksDownMs: outage.ms,
        linksDownBecause: outage.reason,
      },
      nowMs - this.#startedMs,
    );
    this.#checkedMs = nowMs;
    if (this.#health.fault?.reason !== before.fault?.reason) onHealthChange(this.#health);
  }
}
