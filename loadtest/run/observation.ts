import type { BridgeSample } from '../bridge/bridge-watch.ts';
import type { ThreadTimes } from '../bridge/process-figures.ts';
import type { Snapshots } from '../media/group-measurements.ts';
import type { Snapshot } from '../media/measurements.ts';

/** Everything that is looked at, at one moment. */
export type Observation = {
  readonly atUs: number;
  readonly snapshot: Snapshot;
  /** The same by group of clients, and by the groups media comes from and goes to. */
  readonly groups: Snapshots;
  readonly ways: Snapshots;
  readonly bridge: BridgeSample;
  /** CPU time of each generator process, µs. */
  readonly generatorCpuUs: readonly number[];
  readonly generatorThreads: ReadonlyMap<number, ThreadTimes>;
  /** Empty when the bridge is not on this machine. */
  readonly bridgeThreads: ReadonlyMap<number, ThreadTimes>;
  /** CPU time of the whole machine, and of the run and what it tests, µs. */
  readonly machineCpuUs: number | undefined;
  readonly ownCpuUs: number;
  readonly generatorDrops: number;
  readonly participants: number;
};
