// What the kernel knows of the bridge's processes when it runs on this machine (proc(5)).
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

const TICK_US = 10_000;
const PAGE_BYTES = 4096;

export type ProcessFigures = {
  readonly pid: number;
  readonly name: string;
  /** User and kernel, since it started. */
  readonly cpuUs: number;
  readonly residentBytes: number;
};

/** Programs that pass a port on to somewhere else, by `/proc/PID/comm`: what they use is not what the bridge uses. */
const forwarders = new Set(['docker-proxy', 'rootlessport', 'ssh', 'socat', 'kubectl']);

/** The process that listens on a TCP port; undefined when it cannot be told, for lack of rights or behind a proxy or tunnel. */
export function processListeningOn(port: number): number | undefined {
  const inodes = new Set(
    ['tcp', 'tcp6'].flatMap((table) =>
      rows(`/proc/net/${table}`)
        .filter(([, local = '', , state]) => state === '0A' && portOf(local) === port)
        .map((row) => row[9] ?? ''),
    ),
  );
  if (inodes.size === 0) return undefined;
  const pid = numbers('/proc').find((each) =>
    [...socketsOf(each)].some((inode) => inodes.has(inode)),
  );
  return forwarders.has(read(`/proc/${pid}/comm`).trim()) ? undefined : pid;
}

/** A process and its children: a bridge's workers. */
export function withChildren(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(withChildren)];
}

/** Undefined when the process is gone. */
export function figuresOf(pid: number): ProcessFigures | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const end = stat.lastIndexOf(')');
  if (end < 0) return undefined;
  const fields = stat.slice(end + 2).split(' ');
  return {
    pid,
    name: nameOf(pid, stat.slice(stat.indexOf('(') + 1, end)),
    cpuUs: (Number(fields[11]) + Number(fields[12])) * TICK_US,
    residentBytes: Number(fields[21]) * PAGE_BYTES,
  };
}

/** Since a thread started, µs. */
export type ThreadTimes = {
  readonly cpuUs: number;
  /** It could have run, but others had the processors. */
  readonly waitedUs: number;
};

/** Threads of processes by their number; empty where the kernel does not say (CONFIG_SCHED_INFO). */
export function threadTimes(pids: readonly number[]): ReadonlyMap<number, ThreadTimes> {
  const threads = pids.flatMap((pid) =>
    numbers(`/proc/${pid}/task`).map((thread) => [pid, thread] as const),
  );
  return new Map(
    threads.flatMap(([pid, thread]) => {
      const [ran, waited] = read(`/proc/${pid}/task/${thread}/schedstat`).split(' ');
      if (waited === undefined) return [];
      return [[thread, { cpuUs: Number(ran) / 1000, waitedUs: Number(waited) / 1000 }]];
    }),
  );
}

/** CPU time of everything on this machine, µs, with what its host took; undefined when the kernel does not say. */
export function machineCpuUs(): number | undefined {
  const [, user, nice, system, , , , , steal] = read('/proc/stat').split(/\s+/).map(Number);
  if (steal === undefined) return undefined;
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0) + steal) * TICK_US;
}

/** The kernel keeps 15 characters of a name; the command line has the rest. */
function nameOf(pid: number, short: string): string {
  const program = basename(read(`/proc/${pid}/cmdline`).split('\0')[0] ?? '');
  return program.startsWith(short) ? program : short;
}

/** Datagrams the kernel threw away because a socket of these processes was full. */
export function socketDrops(pids: readonly number[]): number {
  const inodes = new Set(pids.flatMap((pid) => [...socketsOf(pid)]));
  return ['udp', 'udp6']
    .flatMap((table) => rows(`/proc/net/${table}`))
    .filter((row) => inodes.has(row[9] ?? ''))
    .reduce((sum, row) => sum + Number(row.at(-1)), 0);
}

/** Lines of a socket table, split, without the heading. */
function rows(file: string): string[][] {
  return read(file)
    .split('\n')
    .slice(1)
    .filter(Boolean)
    .map((line) => line.trim().split(/\s+/));
}

function portOf(local: string): number {
  return Number.parseInt(local.split(':')[1] ?? '', 16);
}

function* socketsOf(pid: number): Generator<string> {
  for (const fd of numbers(`/proc/${pid}/fd`)) {
    const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1];
    if (inode !== undefined) yield inode;
  }
}

function numbers(folder: string): number[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // gone, or not ours to read
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return '';
  }
}
