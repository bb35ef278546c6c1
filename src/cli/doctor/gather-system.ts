import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FirewallFacts } from '../../doctor/judge-ports.ts';
import type { ClockFacts, WorkerFacts } from '../../doctor/judge-system.ts';
import { askWorkerSeries } from '../../io/media/worker-series.ts';
import { MachineLoad } from '../../io/system/machine-load.ts';
import { findWorker, neededSeries } from '../build-worker.ts';

const limitMs = 5000;

/** What a program prints; undefined if it is not there or fails. */
async function output(command: string, ...args: string[]): Promise<string | undefined> {
  return promisify(execFile)(command, args, { timeout: limitMs }).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return undefined;
  }
}

/** net.core.rmem_max, bytes. */
export function receiveBufferLimit(): number | undefined {
  const text = read('/proc/sys/net/core/rmem_max');
  return text === undefined ? undefined : Number(text);
}

/** The soft limit of open files of this process. */
export function openFilesLimit(): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(read('/proc/self/limits') ?? '')?.[1];
  if (soft === undefined) return undefined;
  return soft === 'unlimited' ? Infinity : Number(soft);
}

/** Over one second. */
export async function cpuSteal(): Promise<number | undefined> {
  const machine = new MachineLoad(true);
  machine.sample();
  await delay(1000);
  return machine.sample().steal;
}

export async function clockFacts(): Promise<ClockFacts> {
  const said = await output('timedatectl', 'show', '-p', 'NTPSynchronized', '--value');
  const known = said?.trim() === 'yes' || said?.trim() === 'no';
  return { wallMs: Date.now(), ...(known && { synchronized: said.trim() === 'yes' }) };
}

export async function firewallFacts(): Promise<FirewallFacts | undefined> {
  const nft = await output('nft', 'list', 'ruleset');
  if (nft !== undefined && nft.trim() !== '') return { tool: 'nft', rules: nft };
  const iptables = await output('iptables', '-S');
  if (iptables !== undefined) return { tool: 'iptables', rules: iptables };
  const ufw = read('/etc/ufw/ufw.conf');
  return ufw === undefined
    ? undefined
    : { tool: 'ufw', rules: ufw + (read('/etc/ufw/user.rules') ?? '') };
}

/** Has the binary say what it was built from, or which library it lacks. */
export async function workerFacts(configured: string | undefined): Promise<WorkerFacts> {
  const [path, needed] = await Promise.all([findWorker(configured), neededSeries()]);
  if (path === undefined) return {};
  const answer = await askWorkerSeries(path);
  return { path, neededSeries: needed, ...(answer && { answer }) };
}
