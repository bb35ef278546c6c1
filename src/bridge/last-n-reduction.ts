import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Conferences } from '../conference/conferences.ts';
import type { LoadConfig } from '../config/bridge-config.ts';
import { noReduction, reduceLastN } from '../operation/last-n-reducer.ts';

export type LastNReductionOptions = {
  readonly load: LoadConfig;
  readonly conferences: Pick<Conferences, 'limitLastN' | 'mostForwardedVideo'>;
  readonly clock: Clock;
  readonly log: Logger;
};

/** Lowers everybody's last-n while the bridge is overloaded: to be called with every new stress. */
export function lastNReduction(options: LastNReductionOptions): (stress: number) => void {
  const { load, conferences, clock, log } = options;
  let state = noReduction;
  return (stress) => {
    // Read each time: the operator may have set others meanwhile.
    const { loadThreshold, recoveryThreshold } =
      load.measurement === 'packet-rate' ? load.packetRate : load.cpuUsage;
    const former = state;
    const measured = {
      stress,
      recoveryStress: recoveryThreshold / loadThreshold,
      mostForwarded: conferences.mostForwardedVideo(),
    };
    state = reduceLastN(former, measured, clock.nowMs(), load.reducer);
    if (state.lastN === former.lastN) return;
    conferences.limitLastN(state.lastN);
    const { mostForwarded } = measured;
    const was = former.lastN;
    log.warn({ stress, mostForwarded, lastN: state.lastN, was }, 'last-n of the bridge changed');
  };
}
