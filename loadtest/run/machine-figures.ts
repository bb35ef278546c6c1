import type { ThreadTimes } from '../bridge/process-figures.ts';
import type { MachineFigures } from '../report/report.ts';
import type { Observation } from './observation.ts';
import { round } from './percentiles.ts';

type Threads = ReadonlyMap<number, ThreadTimes>;

/** Waiting longer than this share of the time shows in a delay's p99. */
const MAX_WAITED_PERCENT = 2;

export function machineFigures(before: Observation, after: Observation): MachineFigures {
  const elapsedUs = after.atUs - before.atUs;
  const ownUs = Math.max(0, after.ownCpuUs - before.ownCpuUs);
  const [then, now] = [before.machineCpuUs, after.machineCpuUs];
  return {
    otherCores:
      then === undefined || now === undefined
        ? undefined
        : round(Math.max(0, now - then - ownUs) / elapsedUs, 2),
    ownCores: round(ownUs / elapsedUs, 2),
    bridgeWaitedPercent: mostOfTime(
      before.bridgeThreads,
      after.bridgeThreads,
      elapsedUs,
      ({ waitedUs }) => waitedUs,
    ),
  };
}

/** Of the thread that used most of the time in that way, percent; undefined without threads. */
export function mostOfTime(
  before: Threads,
  after: Threads,
  elapsedUs: number,
  of: (times: ThreadTimes) => number,
): number | undefined {
  if (after.size === 0) return undefined;
  const used = [...after].map(([thread, times]) => {
    const earlier = before.get(thread);
    return of(times) - (earlier ? of(earlier) : 0);
  });
  return round((100 * Math.max(...used)) / elapsedUs, 1);
}

/** Of what the bridge waited, others caused their share of the processors' time. */
export function disturbances({
  otherCores,
  ownCores,
  bridgeWaitedPercent,
}: MachineFigures): string[] {
  if (otherCores === undefined || bridgeWaitedPercent === undefined || otherCores === 0) return [];
  const byOthers = (bridgeWaitedPercent * otherCores) / (otherCores + ownCores);
  if (byOthers <= MAX_WAITED_PERCENT) return [];
  return [
    `other programs used ${otherCores} cores of this machine, ${ownCores} were used by bridge and generator, and the bridge waited ${bridgeWaitedPercent} % of the time for a processor`,
  ];
}
