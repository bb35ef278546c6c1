/** `videobridge.load-management.load-reducers.last-n`. */
export type LastNReducerConfig = {
  readonly enabled: boolean;
  readonly reductionScale: number;
  readonly recoverScale: number;
  /** Least time between two steps: a step needs time to show in the load. */
  readonly impactTimeMs: number;
  readonly minimumLastN: number;
  /** A limit that would reach this is lifted instead. */
  readonly maximumEnforcedLastN: number;
};

/** `lastN` -1 = no limit; `changedMs` is when it last changed. */
export type LastNReduction = { readonly lastN: number; readonly changedMs: number };

export type MeasuredLoad = {
  /** 1 = at the threshold. */
  readonly stress: number;
  /** Stress below which there is room again; at most 1. */
  readonly recoveryStress: number;
  /** Most video sources any endpoint is sent; undefined = there are no endpoints. */
  readonly mostForwarded: number | undefined;
};

export const noReduction: LastNReduction = { lastN: -1, changedMs: -Infinity };

/**
 * One step of the bridge-wide last-n after a measurement (operations.md §6.3, JVB's LastNReducer.kt): down while
 * overloaded, up again below the recovery threshold, at most one step each impact time.
 */
export function reduceLastN(
  state: LastNReduction,
  load: MeasuredLoad,
  nowMs: number,
  config: LastNReducerConfig,
): LastNReduction {
  if (!config.enabled) return state.lastN < 0 ? state : { lastN: -1, changedMs: nowMs };
  if (nowMs - state.changedMs < config.impactTimeMs) return state;
  if (load.stress >= 1) return reduced(state, load.mostForwarded, nowMs, config);
  return load.stress < load.recoveryStress ? recovered(state, nowMs, config) : state;
}

/** Below what is really sent: a limit above that would save nothing. */
function reduced(
  state: LastNReduction,
  mostForwarded: number | undefined,
  nowMs: number,
  { minimumLastN, reductionScale }: LastNReducerConfig,
): LastNReduction {
  if (mostForwarded === undefined) return state;
  const lastN = Math.max(minimumLastN, Math.floor(mostForwarded * reductionScale));
  return { lastN, changedMs: nowMs };
}

function recovered(
  state: LastNReduction,
  nowMs: number,
  { recoverScale, maximumEnforcedLastN }: LastNReducerConfig,
): LastNReduction {
  if (state.lastN < 0) return state;
  const lastN = Math.max(state.lastN + 1, Math.floor(state.lastN * recoverScale));
  return { lastN: lastN >= maximumEnforcedLastN ? -1 : lastN, changedMs: nowMs };
}
