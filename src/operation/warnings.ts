/** What an operator should look at, worst first. */
export type Warning = { readonly severity: 'error' | 'warning' | 'notice'; readonly text: string };

/** Everything a warning may be about, read at one moment; rates and growth are over the last minute. */
export type WarningFacts = {
  readonly fault: string | undefined;
  readonly lifecycle: 'running' | 'graceful-shutdown' | 'shutting-down';
  readonly drain: boolean;
  readonly stress: number;
  readonly cpuSteal: number | undefined;
  readonly eventLoopDelayMaxMs: number;
  readonly links: readonly {
    readonly id: string;
    readonly online: boolean;
    readonly reason: string | undefined;
    readonly rooms: readonly {
      readonly jid: string;
      readonly joined: boolean;
      readonly reason: string | undefined;
    }[];
  }[];
  readonly workers: readonly {
    readonly alive: boolean;
    readonly silentMs: number;
    readonly cpu: number;
  }[];
  /** Datagrams the kernel dropped. */
  readonly receiveDrops: number;
  readonly workersDied: number;
  readonly endpointsWithoutChannel: number;
  readonly transportsFailed: number;
};

const limits = { silentMs: 3000, workerCpu: 0.9, cpuSteal: 0.1, eventLoopDelayMs: 250 };
const severities = ['error', 'warning', 'notice'] as const;

/** Says what is wrong and what to do about it, worst first. */
export function findWarnings(facts: WarningFacts): readonly Warning[] {
  const found = [
    ...stateWarnings(facts),
    ...facts.links.flatMap(linkWarnings),
    ...workerWarnings(facts),
    ...machineWarnings(facts),
    ...callWarnings(facts),
  ];
  return severities.flatMap((severity) => found.filter((warning) => warning.severity === severity));
}

const error = (text: string): Warning => ({ severity: 'error', text });
const warning = (text: string): Warning => ({ severity: 'warning', text });
const notice = (text: string): Warning => ({ severity: 'notice', text });

function stateWarnings({ fault, lifecycle, drain }: WarningFacts): Warning[] {
  const found: Warning[] = [];
  if (fault !== undefined) found.push(error(`Unhealthy: ${fault}`));
  if (lifecycle === 'shutting-down') found.push(warning('Shutting down: the process exits soon.'));
  if (lifecycle === 'graceful-shutdown') {
    found.push(
      notice('Graceful shutdown: no new conferences; exits when the last endpoint leaves.'),
    );
  }
  if (drain) found.push(notice('Draining: Jicofo places new conferences elsewhere.'));
  return found;
}

function linkWarnings({ id, online, reason, rooms }: WarningFacts['links'][number]): Warning[] {
  if (!online) return [error(`XMPP link ${id} is down: ${reason ?? 'connecting'}`)];
  return rooms
    .filter(({ joined }) => !joined)
    .map((room) => error(`XMPP link ${id} is not in ${room.jid}: ${room.reason ?? 'joining'}`));
}

function workerWarnings({ workers, workersDied }: WarningFacts): Warning[] {
  const found = workers.flatMap(({ alive, silentMs, cpu }, place): Warning[] => {
    if (!alive) return [error(`Media worker ${place} is not running; it is started again.`)];
    if (silentMs > limits.silentMs) {
      return [
        error(`Media worker ${place} has not answered for ${Math.round(silentMs / 1000)} s.`),
      ];
    }
    if (cpu < limits.workerCpu) return [];
    return [warning(`Media worker ${place} uses ${percent(cpu)} of its core: packets will wait.`)];
  });
  if (workersDied > 0) found.push(error(`Media workers died in the last minute: ${workersDied}.`));
  return found;
}

function machineWarnings(facts: WarningFacts): Warning[] {
  const { receiveDrops, stress, cpuSteal = 0, eventLoopDelayMaxMs } = facts;
  const found: Warning[] = [];
  if (receiveDrops > 0) {
    const advice = 'raise net.core.rmem_max, or give the bridge more CPU';
    found.push(error(`The kernel dropped ${receiveDrops} packets in the last minute: ${advice}.`));
  }
  if (stress >= 1) found.push(warning(`Full: stress is ${stress.toFixed(2)}.`));
  if (cpuSteal > limits.cpuSteal) {
    found.push(warning(`The hypervisor takes ${percent(cpuSteal)} of the CPU time.`));
  }
  if (eventLoopDelayMaxMs > limits.eventLoopDelayMs) {
    found.push(warning(`The event loop was late by ${Math.round(eventLoopDelayMaxMs)} ms.`));
  }
  return found;
}

function callWarnings({ endpointsWithoutChannel, transportsFailed }: WarningFacts): Warning[] {
  const found: Warning[] = [];
  if (endpointsWithoutChannel > 0) {
    found.push(
      warning(
        `Endpoints without a bridge channel in the last minute: ${endpointsWithoutChannel}. ` +
          'Do WebSockets reach the public server?',
      ),
    );
  }
  if (transportsFailed > 0) {
    found.push(
      warning(
        `Transports that failed in the last minute: ${transportsFailed}. ` +
          'Is the media port open, and are the advertised addresses reachable?',
      ),
    );
  }
  return found;
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
