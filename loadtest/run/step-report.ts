import { between } from '../media/measurements.ts';
import type {
  BridgeFigures,
  GeneratorFigures,
  JoinFigures,
  Limits,
  PairFigures,
  StepReport,
} from '../report/report.ts';
import type { Holes } from './holes.ts';
import { arrivals } from './kind-figures.ts';
import { groupFigures, type PresentGroup, wayFigures } from './group-figures.ts';
import type { JoinRecord } from './crowd.ts';
import { generatorFaults } from './generator-faults.ts';
import { disturbances, machineFigures, mostOfTime } from './machine-figures.ts';
import type { Observation } from './observation.ts';
import { percentiles, percentilesOf, round } from './percentiles.ts';
import type { Service } from './service.ts';
import { isOfJoining, violationsOf } from './violations.ts';

export type StepWindow = {
  readonly name: string;
  readonly rooms: number;
  /** Seconds since the run began. */
  readonly startS: number;
  readonly before: Observation;
  readonly after: Observation;
  /** From when the crowd began to change to when that had settled; undefined = it never did. Waits for key frames and layers count from there. */
  readonly joining: { readonly start: Observation; readonly before: Observation } | undefined;
  /** Clients that came in for this step. */
  readonly joins: readonly JoinRecord[];
  /** Whom media reached within the window. */
  readonly service: Pick<Service, 'views' | 'deaf' | 'blind' | 'unconnected'>;
  readonly pairs: PairFigures;
  readonly holes: Holes;
  /** Clients by network and limits, in the order of `ClientSpec.group`. */
  readonly groups: readonly PresentGroup[];
  /** Cameras looked at, by `wayBetween`. */
  readonly views: ReadonlyMap<string, number>;
  readonly limits: Limits;
};

/** Most are alike. */
const MAX_REASONS = 5;

/** What happened between two observations, as the report has it. */
export function stepReport(window: StepWindow): StepReport {
  const { joining, before, after, joins, service, groups, holes } = window;
  const isMixed = groups.length > 1;
  const { counts, durations } = between(before.snapshot, after.snapshot);
  const generator = generatorFigures(before, after);
  const { audioGaps, freezes } = holes.count();
  const settling = between((joining?.start ?? before).snapshot, after.snapshot);
  const seconds = (after.atUs - before.atUs) / 1e6;
  const figures = {
    name: window.name,
    participants: after.participants,
    rooms: window.rooms,
    startS: round(window.startS, 1),
    seconds: round(seconds, 2),
    audio: {
      sentPerSecond: round(counts.audioSent / seconds, 1),
      ...arrivals('audio', counts, seconds, percentiles(durations.audioDelay)),
    },
    video: {
      sentPerSecond: round(counts.videoSent / seconds, 1),
      ...arrivals('video', counts, seconds, percentiles(durations.videoDelay)),
    },
    offeredMbps: round((counts.sentBytes * 8) / seconds / 1e6),
    deliveredMbps: round((counts.receivedBytes * 8) / seconds / 1e6),
    jitterMs: percentiles(durations.jitter),
    keyFrameWaitMs: percentiles(settling.durations.keyFrameWait),
    layerSwitchMs: percentiles(settling.durations.layerSwitch),
    layerSwitches: settling.counts.layerSwitches,
    audioGaps,
    audioGapMs: percentiles(durations.audioGap),
    freezes,
    freezeMs: percentiles(durations.freeze),
    views: service.views,
    deaf: service.deaf,
    blind: service.blind,
    pairs: window.pairs,
    joins: joinFigures(joins),
    cutOff: cutOff(service.unconnected, joins),
    groups: isMixed ? groupFigures(groups, before, after) : [],
    ways: isMixed ? wayFigures(groups, before, after, { views: window.views, holes }) : [],
    machine: machineFigures(before, after),
    bridge: bridgeFigures(before, after, counts.audioDelivered + counts.videoDelivered),
    generator,
  };
  return { ...figures, ...judge(figures, window) };
}

/** What it broke, and who else may have been it: only what is broken asks for that. */
function judge(
  figures: Omit<StepReport, 'violations' | 'disturbances'>,
  { joining, limits }: StepWindow,
): Pick<StepReport, 'violations' | 'disturbances'> {
  const violations = violationsOf(figures, limits);
  // That nobody came in was no want of time.
  const disturbed =
    violations.length > 0 && figures.participants > 0 ? disturbances(figures.machine) : [];
  const joinFaults = violations.some(isOfJoining) ? faultsWhile(joining) : [];
  if (joinFaults.length === 0) return { violations, disturbances: disturbed };
  const others = violations.filter((each) => !isOfJoining(each));
  // Joining was held up, which is no reason for what was broken besides.
  return others.length > 0
    ? { violations: others, disturbances: disturbed }
    : { violations, disturbances: [...disturbed, ...joinFaults] };
}

/** What held the generator, or the bridge, up while people came in. */
function faultsWhile(joining: StepWindow['joining']): string[] {
  if (!joining || joining.before.participants === 0) return [];
  const { start, before } = joining;
  const { faults } = generatorFigures(start, before);
  return [
    ...faults.map((fault) => `while people joined, the generator: ${fault}`),
    ...disturbances(machineFigures(start, before)).map((each) => `while people joined, ${each}`),
  ];
}

/** Those that come in for this step are failed joins. */
function cutOff(
  unconnected: Service['unconnected'],
  joins: readonly JoinRecord[],
): StepReport['cutOff'] {
  const coming = new Set(joins.map(({ participant }) => participant));
  const lost = [...unconnected].filter(([participant]) => !coming.has(participant));
  const reasons = new Set(lost.map(([, missing]) => missing));
  return { clients: lost.length, reasons: [...reasons].slice(0, MAX_REASONS) };
}

function joinFigures(joins: readonly JoinRecord[]): JoinFigures {
  const spans = (of: (join: JoinRecord) => readonly [number | undefined, number | undefined]) =>
    percentilesOf(
      joins.flatMap((join) => {
        const [from, to] = of(join);
        return from === undefined || to === undefined ? [] : Math.max(0, to - from);
      }),
    );
  const failures = joins.flatMap(({ failure, milestones }) => failure ?? milestones?.missing ?? []);
  return {
    attempted: joins.length,
    failed: failures.length,
    failures: [...new Set(failures)].slice(0, MAX_REASONS),
    signallingMs: percentilesOf(joins.map(({ signallingUs }) => signallingUs)),
    iceMs: spans(({ openedUs, milestones }) => [openedUs, milestones?.ice]),
    dtlsMs: spans(({ milestones }) => [milestones?.ice, milestones?.dtls]),
    channelMs: spans(({ acceptedUs, milestones }) => [acceptedUs, milestones?.channel]),
    firstAudioMs: spans(({ startUs, milestones }) => [startUs, milestones?.firstAudio]),
    firstVideoMs: spans(({ startUs, milestones }) => [startUs, milestones?.firstFrame]),
  };
}

function bridgeFigures(before: Observation, after: Observation, packets: number): BridgeFigures {
  const elapsedUs = after.atUs - before.atUs;
  const processes = after.bridge.processes.flatMap((now) => {
    const then = before.bridge.processes.find(({ pid }) => pid === now.pid);
    return then ? [{ ...now, usedUs: now.cpuUs - then.cpuUs }] : [];
  });
  const usedUs = processes.reduce((sum, each) => sum + each.usedUs, 0);
  const drops = (at: Observation) => at.bridge.socketDrops;
  const [dropsBefore, dropsAfter] = [drops(before), drops(after)];
  return {
    processes: processes.map(({ name, residentBytes, usedUs: used }) => ({
      name,
      cpuPercent: round((100 * used) / elapsedUs, 1),
      residentMb: round(residentBytes / 1e6, 1),
    })),
    socketDrops:
      dropsBefore === undefined || dropsAfter === undefined ? undefined : dropsAfter - dropsBefore,
    stress: after.bridge.stress,
    eventLoopDelayP99Ms: after.bridge.eventLoopDelayP99Ms,
    usPerPacket: processes.length > 0 && packets > 0 ? round(usedUs / packets, 2) : undefined,
  };
}

function generatorFigures(before: Observation, after: Observation): GeneratorFigures {
  const elapsedUs = after.atUs - before.atUs;
  const { counts, durations } = between(before.snapshot, after.snapshot);
  const ownDelayMs = percentiles(durations.ownDelay);
  const figures = {
    cpuPercent: after.generatorCpuUs.map((cpuUs, place) =>
      round((100 * (cpuUs - (before.generatorCpuUs[place] ?? 0))) / elapsedUs, 1),
    ),
    busiestThreadPercent: mostOfTime(
      before.generatorThreads,
      after.generatorThreads,
      elapsedUs,
      ({ cpuUs }) => cpuUs,
    ),
    latenessMs: percentiles(durations.lateness),
    stallMs: percentiles(durations.stall),
    ownDelayMs,
    ownLossPercent: lostPercent(counts.ownSent, ownDelayMs?.count ?? 0),
    socketDrops: after.generatorDrops - before.generatorDrops,
  };
  // It carried nobody, so it is not to blame that nobody came in.
  return { ...figures, faults: after.participants === 0 ? [] : generatorFaults(figures) };
}

/** Those under way at either end of a window make a packet more or less. */
function lostPercent(sent: number, arrived: number): number {
  return sent === 0 ? 0 : Math.max(0, round((100 * (sent - arrived)) / sent, 1));
}
