import type { BridgeSample } from '../bridge/bridge-watch.ts';
import type { Snapshot } from '../media/measurements.ts';

/** Everything that is looked at, at one moment. */
export type Observation = {
  readonly atUs: number;
  readonly snapshot: Snapshot;
  readonly bridge: BridgeSample;
  /** CPU time of each generator process, µs. */
  readonly generatorCpuUs: readonly number[];
  /** CPU time of each of their threads, µs; empty where the kernel does not say. */
  readonly generatorThreadsUs: ReadonlyMap<number, number>;
  readonly generatorDrops: number;
  readonly participants: number;
};
