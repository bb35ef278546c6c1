import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';
import type { BridgeSample, BridgeWatch } from '../bridge/bridge-watch.ts';
import { machineCpuUs, socketDrops, threadTimes } from '../bridge/process-figures.ts';
import type { ClientSpec } from '../client/client-spec.ts';
import type { ControlPath } from '../control/control-path.ts';
import type { GeneratorAnswers } from '../generator/messages.ts';
import type { GeneratorProcess } from '../generator/generator-process.ts';
import { sumByKey } from '../media/group-measurements.ts';
import { between, type Snapshot, sumSnapshots } from '../media/measurements.ts';
import type { Conservation, Limits, Moment, StepReport } from '../report/report.ts';
import type { GroupProfile } from '../scenario/scenario.ts';
import { checkConservation } from './conservation.ts';
import type { Crowd, JoinRecord } from './crowd.ts';
import { Holes } from './holes.ts';
import type { Observation } from './observation.ts';
import { percentiles, round } from './percentiles.ts';
import type { PresentGroup } from './group-figures.ts';
import { RunEnded } from './run-ended.ts';
import { pairsOf } from './pairs.ts';
import { viewsByWay } from './service.ts';
import { stepReport, type StepWindow } from './step-report.ts';
import { SentByBridge, unlike, wireBetween } from './wire.ts';

export type RunOptions = {
  readonly crowd: Crowd;
  readonly generators: readonly GeneratorProcess[];
  readonly control: ControlPath;
  readonly watch: BridgeWatch | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
  /** In the order of `ClientSpec.group`. */
  readonly groups: readonly GroupProfile[];
  /** After clients came in, before a step is measured: key frames, layers and estimates settle. */
  readonly settleSeconds: number;
  /** Aborted when the run is to end now. */
  readonly signal: AbortSignal;
  /** Told what goes on, every second what was seen, and after each step. */
  readonly onPhase: (phase: string, stepsDone: number) => void;
  readonly onMoment: (moment: Moment) => void;
  readonly onStep: (step: StepReport) => void;
};

/** Of generators, bridge and this process. */
function ownCpuUs(
  looks: readonly GeneratorAnswers['look'][],
  { processes }: Pick<BridgeSample, 'processes'>,
): number {
  const { user, system } = process.cpuUsage();
  const generators = looks.reduce((sum, { health }) => sum + health.cpuUs, 0);
  return user + system + generators + processes.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
}

/** A step that was cut short before this says nothing. */
const MIN_STEP_S = 3;
/** That nobody came in is a result at once. */
const EMPTY_STEP_MS = 1_000;
/** What was under way when the senders stopped has come, and the bridge's statistics have caught up. */
const DRAIN_MS = 2_500;

const nothingKnown = {
  processes: [],
  socketDrops: undefined,
  stress: undefined,
  participants: undefined,
  packetsReceived: undefined,
  packetsSent: undefined,
  eventLoopDelayP99Ms: undefined,
};

/** One run: observes while a mode moves the crowd, and keeps what it saw. */
export class Run {
  readonly #options: RunOptions;
  readonly moments: Moment[] = [];
  readonly steps: StepReport[] = [];
  readonly #startUs: number;
  readonly #left = new Set<number>();
  #last: Observation | undefined;
  #first: Observation | undefined;
  #ticking = true;
  /** Aborted when the run cannot go on, with the reason. */
  readonly #broken = new AbortController();
  readonly #signal: AbortSignal;
  /** When the crowd began to change. */
  #changed: Observation | undefined;
  #joining: StepWindow['joining'];
  /** Of the step that is measured now. */
  #holes: Holes | undefined;
  #observing: Promise<unknown> = Promise.resolve();
  /** Why the bridge's count of packets cannot be laid beside ours. */
  #uncompared: string | undefined;
  readonly #sentByBridge = new SentByBridge();
  #ticker: Promise<void> = Promise.resolve();

  constructor(options: RunOptions) {
    this.#options = options;
    this.#startUs = options.clock.nowMs() * 1000;
    this.#signal = AbortSignal.any([options.signal, this.#broken.signal]);
  }

  get crowd(): Crowd {
    return this.#options.crowd;
  }

  get settleSeconds(): number {
    return this.#options.settleSeconds;
  }

  /** Undefined when it is not on this machine. */
  get bridgePid(): number | undefined {
    return this.#options.watch?.pid;
  }

  /** Seconds since the run began. */
  get elapsedS(): number {
    return this.#options.clock.nowMs() / 1000 - this.#startUs / 1e6;
  }

  /** Begins to observe once a second. */
  async start(): Promise<void> {
    this.#first = this.#last = await this.#observe();
    this.#uncompared = unlike(this.#first, this.#first);
    this.#ticker = this.#tick();
  }

  /** Makes the crowd exactly these clients. @returns the records of those that came in */
  async become(
    clients: readonly ClientSpec[],
    joinsPerSecond: number,
  ): Promise<readonly JoinRecord[]> {
    this.#changed = await this.#observe();
    this.#options.onPhase('joining', this.steps.length);
    const wanted = new Map(clients.map((spec) => [spec.participant, spec]));
    const present = new Set(this.crowd.members.map(({ participant }) => participant));
    const leaving = [...present].filter((participant) => !wanted.has(participant));
    for (const participant of leaving) this.#left.add(participant);
    await this.crowd.leave(leaving);
    const coming = clients.filter(({ participant }) => !present.has(participant));
    await this.crowd.join(coming, joinsPerSecond);
    this.#signal.throwIfAborted();
    const names = new Set(coming.map(({ participant }) => participant));
    return this.crowd.joins.filter(({ participant }) => names.has(participant));
  }

  /** After the bridge lost its conferences: everybody out, and in again, as a focus would do. */
  async inviteAgain(clients: readonly ClientSpec[]): Promise<void> {
    const { control } = this.#options;
    this.#changed = await this.#observe();
    // What was under way to them when the bridge broke is nobody's to account for.
    for (const { participant } of this.crowd.members) this.#left.add(participant);
    await this.crowd.leave(this.crowd.members.map(({ participant }) => participant));
    control.forget();
    await this.crowd.join(clients, 0);
  }

  /** Measures the crowd as it is. */
  async measure(name: string, seconds: number, joins: readonly JoinRecord[]): Promise<StepReport> {
    // Nobody is there to settle, nor to be measured for long.
    const isEmpty = this.crowd.size === 0;
    await this.pause(isEmpty ? 0 : this.settleSeconds * 1000);
    this.#options.onPhase(name, this.steps.length);
    const { sent } = await this.#audit();
    const before = await this.#observe();
    const holes = (this.#holes = new Holes(before));
    const startS = this.elapsedS;
    await this.pause(isEmpty ? EMPTY_STEP_MS : seconds * 1000).catch((error: unknown) => {
      // A part of a step is better than nothing, unless the run broke.
      if (!(error instanceof RunEnded) || this.elapsedS - startS < MIN_STEP_S) throw error;
    });
    const after = await this.#observe();
    holes.add(after);
    this.#holes = undefined;
    this.#uncompared ??= unlike(before, after);
    const { members } = this.crowd;
    const rooms = new Set(members.map(({ room }) => room)).size;
    const { limits, onStep } = this.#options;
    const service = this.crowd.serviceSince(before.atUs);
    const times = { beganUs: before.atUs, endedUs: after.atUs };
    const pairs = pairsOf({ members, before: sent, after: await this.#audit(), ...times });
    // A step that is measured again keeps the joins of the first time.
    this.#joining = this.#changed ? { start: this.#changed, before } : this.#joining;
    const crowd = { rooms, groups: this.#presentGroups(), views: viewsByWay(members) };
    const step = stepReport({
      ...crowd,
      name,
      startS,
      pairs,
      holes,
      joining: this.#joining,
      before,
      after,
      joins,
      service,
      limits,
    });
    this.#changed = undefined;
    this.steps.push(step);
    onStep(step);
    this.#signal.throwIfAborted();
    return step;
  }

  /** The same step once more: what the last one said does not count. */
  measureAgain(name: string, seconds: number, joins: readonly JoinRecord[]): Promise<StepReport> {
    this.steps.pop();
    return this.measure(name, seconds, joins);
  }

  /** What the clients saw while something was done. */
  async during<T>(
    task: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly seen: Snapshot }> {
    const { snapshot } = await this.#observe();
    const result = await task();
    return { result, seen: between(snapshot, (await this.#observe()).snapshot) };
  }

  /** @throws the reason, as soon as the run is to end; RunEnded when somebody asked for that */
  async pause(ms: number): Promise<void> {
    const signal = this.#signal;
    await delay(ms, undefined, { signal }).catch(() => undefined);
    signal.throwIfAborted();
  }

  /** Stops the senders, lets everything arrive and checks that nothing is missing. */
  async settleAccounts(): Promise<Conservation> {
    const { generators } = this.#options;
    this.#options.onPhase('final accounts', this.steps.length);
    // What is seen after the senders stopped is no loss.
    await this.#stop();
    for (const generator of generators) generator.tell({ type: 'silence' });
    // Nothing is where nobody ever came in.
    if (this.crowd.joins.some(({ acceptedUs }) => acceptedUs !== undefined)) await delay(DRAIN_MS);
    const { flows, sent } = await this.#audit({ present: false });
    const last = await this.#observe();
    return checkConservation(flows, sent, {
      ...this.#wire(last),
      misattributed: last.snapshot.counts.misattributed,
      left: new Set([...this.#left, ...this.crowd.invitedAgain]),
      inPart: new Set(
        this.crowd.members.flatMap((spec) => (spec.loudest > 0 ? spec.participant : [])),
      ),
    });
  }

  async #audit({ present } = { present: true }): Promise<GeneratorAnswers['audit']> {
    const { generators } = this.#options;
    const audits = await Promise.all(
      generators.map((each) => each.ask({ type: 'audit', present })),
    );
    return {
      flows: audits.flatMap(({ flows }) => flows),
      sent: audits.flatMap(({ sent }) => sent),
    };
  }

  #presentGroups(): readonly PresentGroup[] {
    const { members } = this.crowd;
    return this.#options.groups.map((profile, at) => ({
      ...profile,
      clients: members.filter(({ group }) => group === at).length,
    }));
  }

  async #stop(): Promise<void> {
    this.#ticking = false;
    await this.#ticker;
  }

  /** Beside ours, as long as nothing says that they are of something else. */
  #wire(last: Observation): Pick<Conservation, 'wire' | 'uncompared'> {
    const first = this.#first ?? last;
    const uncompared = this.#uncompared ?? unlike(last, last);
    return { wire: uncompared === undefined ? wireBetween(first, last) : undefined, uncompared };
  }

  async #tick(): Promise<void> {
    while (this.#ticking) {
      await delay(1000);
      const earlier = this.#last;
      const now = await this.#observe().catch((error: unknown) => this.#broken.abort(error));
      if (!now) return;
      this.#last = now;
      this.#uncompared ??= this.#sentByBridge.add(now.bridge);
      this.#holes?.add(now);
      if (!earlier) continue;
      const moment = this.#moment(earlier, now);
      this.moments.push(moment);
      this.#options.onMoment(moment);
    }
  }

  /** One at a time, so that each is later than the one before in everything. */
  #observe(): Promise<Observation> {
    const observation = this.#observing.then(() => this.#observeNow());
    this.#observing = observation.catch(() => undefined);
    return observation;
  }

  async #observeNow(): Promise<Observation> {
    const { crowd, generators, watch, clock } = this.#options;
    const [looks, bridge] = await Promise.all([crowd.look(), watch?.sample() ?? nothingKnown]);
    return {
      atUs: clock.nowMs() * 1000,
      snapshot: sumSnapshots(looks.map(({ snapshot }) => snapshot)),
      groups: sumByKey(looks.map(({ groups }) => groups)),
      ways: sumByKey(looks.map(({ ways }) => ways)),
      bridge,
      generatorCpuUs: looks.map(({ health }) => health.cpuUs),
      generatorThreads: threadTimes(generators.map(({ pid }) => pid)),
      bridgeThreads: threadTimes(bridge.processes.map(({ pid }) => pid)),
      machineCpuUs: machineCpuUs(),
      ownCpuUs: ownCpuUs(looks, bridge),
      generatorDrops: socketDrops(generators.map(({ pid }) => pid)),
      participants: crowd.size,
    };
  }

  #moment(earlier: Observation, now: Observation): Moment {
    const { counts, durations } = between(earlier.snapshot, now.snapshot);
    const seconds = (now.atUs - earlier.atUs) / 1e6;
    const delivered = counts.audioDelivered + counts.videoDelivered;
    const lost = counts.audioLost + counts.videoLost;
    const delayMs = percentiles(durations.audioDelay) ?? percentiles(durations.videoDelay);
    const cpu = (of: (at: Observation) => number) =>
      round(((of(now) - of(earlier)) / (seconds * 1e6)) * 100, 1);
    const bridgeCpu = ({ bridge }: Observation) =>
      bridge.processes.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    const known = now.bridge.processes.length > 0;
    const bytes = now.bridge.processes.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
    const { receivers, served } = this.crowd.serviceSince(earlier.atUs);
    return {
      s: round(now.atUs / 1e6 - this.#startUs / 1e6, 1),
      participants: now.participants,
      receivers,
      served,
      deliveredPerSecond: round(delivered / seconds, 0),
      delayP50Ms: delayMs?.p50,
      delayP99Ms: delayMs?.p99,
      ownDelayP99Ms: percentiles(durations.ownDelay)?.p99,
      lossPercent: round((100 * lost) / Math.max(1, delivered + lost)),
      bridgeCpuPercent: known ? Math.max(0, cpu(bridgeCpu)) : undefined,
      bridgeMb: known ? round(bytes / 1e6, 1) : undefined,
      generatorCpuPercent: cpu(({ generatorCpuUs }) => generatorCpuUs.reduce((a, b) => a + b, 0)),
      stress: now.bridge.stress,
    };
  }
}
