import type { ClientSpec } from '../client/client-spec.ts';
import type { Run } from '../run/run.ts';

/** What a mode moves: a scenario with the user's numbers filled in. */
export type Load = {
  /** What a step of a size is called. */
  readonly nameOf: (size: number) => string;
  readonly clients: (size: number) => readonly ClientSpec[];
  readonly joinsPerSecond: number;
  readonly sizes: readonly number[];
  /** Seconds a step is measured. */
  readonly stepSeconds: number;
  /** Seconds the whole run may take; steps that would not fit are left out. */
  readonly budgetSeconds: number;
  /** Participants that leave and are replaced by others, a minute. */
  readonly churnPerMinute: number;
};

/** Moves the crowd and measures. @returns what it found beside the steps, in sentences */
export type Mode = (run: Run, load: Load) => Promise<readonly string[]>;
