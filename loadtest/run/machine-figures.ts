import type { ThreadTimes } from '../bridge/process-figures.ts';
import type { MachineFigures } from '../report/report.ts';
import { sum } from '../sum.ts';
import type { Observation } from './observation.ts';
import { round } from './percentiles.ts';

type Threads = ReadonlyMap<number, ThreadTimes>;

/** Waiting longer than this share of the time shows in a delay's p99. */
const MAX_WAITED_PERCENT = 2;
/** The generator is always there, and what it takes is more evenly spread. */
const MAX_WAITED_FOR_GENERATOR_PERCENT = 5;
/** A thread that runs more than this is near a limit of its own, whoever else has the processors. */
const NEAR_ITS_LIMIT_PERCENT = 50;

export function machineFigures(before: Observation, after: Observation): MachineFigures {
  const elapsedUs = after.atUs - before.atUs;
  const ownUs = Math.max(0, after.ownCpuUs - before.ownCpuUs);
  const generatorUs = sum(after.generatorCpuUs) - sum(before.generatorCpuUs);
  const [then, now] = [before.machineCpuUs, after.machineCpuUs];
  return {
    otherCores:
      then === undefined || now === undefined
        ? undefined
        : round(Math.max(0, now - then - ownUs) / elapsedUs, 2),
    ownCores: round(ownUs / elapsedUs, 2),
    generatorCores: round(generatorUs / elapsedUs, 2),
    bridgeBusiestPercent: mostOfTime(
      before.bridgeThreads,
      after.bridgeThreads,
      elapsedUs,
      ({ cpuUs }) => cpuUs,
    ),
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

/** Of what the bridge waited, others and the generator caused their share of the processors' time. */
export function disturbances(figures: MachineFigures): string[] {
  const { otherCores, ownCores, generatorCores, bridgeWaitedPercent } = figures;
  if (otherCores === undefined || bridgeWaitedPercent === undefined) return [];
  const used = otherCores + ownCores;
  const waitedFor = (cores: number) => (used === 0 ? 0 : (bridgeWaitedPercent * cores) / used);
  const waited = `waited ${bridgeWaitedPercent} % of the time for a processor`;
  if (waitedFor(otherCores) > MAX_WAITED_PERCENT) {
    return [
      `other programs used ${otherCores} cores of this machine, ${ownCores} were used by bridge and generator, and the bridge ${waited}`,
    ];
  }
  const busiest = figures.bridgeBusiestPercent ?? 0;
  if (waitedFor(generatorCores) <= MAX_WAITED_FOR_GENERATOR_PERCENT) return [];
  if (busiest > NEAR_ITS_LIMIT_PERCENT) return [];
  return [
    `the generator used ${generatorCores} cores of it, and the bridge, no thread of which used more than ${busiest} % of one, ${waited}: run the generator on another machine`,
  ];
}
