import { bad, doubtful, good, unknown, type Verdict } from './verdict.ts';

const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** net.core.rmem_max against what media sockets ask for; bytes. */
export function judgeReceiveBuffer(rmemMax: number | undefined, wanted: number): Verdict {
  const check = 'receive buffer';
  if (rmemMax === undefined) return unknown(check, 'net.core.rmem_max cannot be read here');
  if (rmemMax >= wanted) return good(check, `net.core.rmem_max allows ${mebibytes(rmemMax)}`);
  return doubtful(check, {
    found: `net.core.rmem_max allows ${mebibytes(rmemMax)}, ${mebibytes(wanted)} are wanted`,
    why: 'bursts overflow the socket and packets are lost, which looks like a bad network',
    todo: `sysctl -w net.core.rmem_max=${wanted}, and the same line in /etc/sysctl.d/20-jvb-udp-buffers.conf`,
  });
}

/** JVB warns at as few (operations.md §8.1). */
const leastOpenFiles = 4096;

/** Of this process; a service has those of its unit. */
export function judgeOpenFiles(limit: number | undefined): Verdict {
  const check = 'open files';
  if (limit === undefined) return unknown(check, 'the limit cannot be read here');
  if (limit > leastOpenFiles) return good(check, `up to ${limit}`);
  return doubtful(check, {
    found: `up to ${limit} only`,
    why: 'each WebSocket and each TCP candidate in use takes one',
    todo: 'LimitNOFILE=65000 in the unit, "ulimit -n" in a shell',
  });
}

/** Fraction of CPU time taken by the hypervisor over the last second. */
export function judgeSteal(steal: number | undefined): Verdict {
  const check = 'CPU steal';
  if (steal === undefined) return unknown(check, 'there is no /proc/stat here');
  const percent = `${(steal * 100).toFixed(1)} %`;
  if (steal < 0.03) return good(check, `${percent} of the CPU goes to other machines`);
  const trouble = {
    found: `${percent} of the CPU goes to other machines of the same host`,
    why: 'media is delayed in bursts whatever the load here; everybody’s sound stutters',
    todo: 'move to another host or to a size with CPUs of its own',
  };
  return steal < 0.1 ? doubtful(check, trouble) : bad(check, trouble);
}

export type ClockFacts = {
  readonly wallMs: number;
  /** Undefined = nothing here can tell. */
  readonly synchronized?: boolean;
};

const madeMs = Date.UTC(2026, 0, 1);

/** Certificates and log lines depend on it. */
export function judgeClock({ wallMs, synchronized }: ClockFacts): Verdict {
  const check = 'clock';
  const now = new Date(wallMs).toISOString();
  if (wallMs < madeMs) {
    return bad(check, {
      found: `it says ${now}, which is before this program was made`,
      why: 'certificates of the XMPP server and of clients count as not yet valid',
      todo: 'set the clock: timedatectl set-ntp true',
    });
  }
  if (synchronized === undefined)
    return unknown(check, `${now}; nothing here tells whether it is synchronized`);
  if (synchronized) return good(check, `${now}, synchronized`);
  return doubtful(check, {
    found: `${now}, not synchronized`,
    why: 'it drifts until certificates fail and logs cannot be compared',
    todo: 'timedatectl set-ntp true, or install chrony',
  });
}

export type WorkerFacts = {
  /** Undefined = none is built. */
  readonly path?: string;
  /** What this bridge's worker was built from. */
  readonly neededSeries?: string;
  /** What it said when it was asked; undefined = it could not be started. */
  readonly answer?: { readonly series: string; readonly complaint: string };
};

/** The binary that moves packets. */
export function judgeWorker({ path, neededSeries, answer }: WorkerFacts): Verdict {
  const check = 'media worker';
  if (path === undefined) {
    return bad(check, {
      found: 'not built',
      why: 'the bridge builds it at its first start, which takes minutes and needs a compiler',
      todo: 'trestle build-worker',
    });
  }
  if (answer !== undefined && answer.series === neededSeries) return good(check, path);
  const why = 'without it the bridge does not start';
  const library = /error while loading shared libraries: (\S+):/.exec(answer?.complaint ?? '')?.[1];
  if (answer === undefined || library !== undefined) {
    return bad(check, {
      found: library === undefined ? `${path} cannot be run` : `${path} lacks ${library}`,
      why,
      todo: 'trestle build-worker, or install the package that has the library',
    });
  }
  return bad(check, {
    found: `${path} was built from ${answer.series === '' ? 'unknown patches' : `series ${answer.series}`}, series ${neededSeries} is needed`,
    why,
    todo: '"make build" in a checkout, or trestle build-worker; where trestle.worker.binary or MEDIASOUP_WORKER_BIN is set, unset it',
  });
}
