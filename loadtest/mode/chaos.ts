import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import type { Snapshot } from '../media/measurements.ts';
import type { Moment } from '../report/report.ts';
import { percentiles } from '../run/percentiles.ts';
import type { JoinRecord } from '../run/crowd.ts';
import { RunEnded } from '../run/run-ended.ts';
import type { Run } from '../run/run.ts';
import type { Load, Mode } from './mode.ts';

/** A focus learns of a lost conference and invites everybody again; we do so after this long. */
const REINVITE_AFTER_S = 3;
/** A break may take this long to show. */
const WATCH_S = 6;
const MAX_WAIT_S = 60;
const COMMAND_TIMEOUT_MS = 30_000;

/**
 * Runs a command mid-way, for instance one that kills a worker, and measures how long clients were without media. The command finds
 * the bridge's process id in `BRIDGE_PID` when it runs on this machine.
 *
 * @throws RunEnded when the command fails: then nothing was tested
 */
export function chaos(command: string): Mode {
  return async (run, load) => {
    const size = load.sizes[0] ?? 4;
    const name = load.nameOf(size);
    const clients = load.clients(size);
    const joins = await run.become(clients, load.joinsPerSecond);
    if (run.crowd.size === 0) throw new RunEnded('untested', nobodyCameIn(joins));
    await run.measure(`before: ${name}`, load.stepSeconds, joins);
    const startS = run.elapsedS;
    const { result: invitedAgain, seen } = await run.during(async () => {
      await execute(command, run.bridgePid);
      return recover(run, load, startS);
    });
    const moments = run.moments.filter(({ s }) => s > startS);
    const rejoins = invitedAgain ? run.crowd.joins.slice(-clients.length) : [];
    await run.measure(`after: ${name}`, load.stepSeconds, rejoins);
    const byFocus = run.crowd.invitedAgain.size;
    const recovery = describeRecovery(moments, { startS, invitedAgain, byFocus });
    const found = `after the command "${command}": ${recovery}`;
    // Who is invited again begins anew: of these nothing is known to the packet.
    const nobodyStayed = invitedAgain || byFocus >= run.crowd.size;
    return nobodyStayed ? [found] : [found, ...describeSilence(seen)];
  };
}

function nobodyCameIn(joins: readonly JoinRecord[]): string {
  const [reason = 'without a reason'] = joins.flatMap(({ failure }) => failure ?? []);
  return `nothing was tested, for nobody could join: ${reason}`;
}

async function execute(command: string, bridgePid: number | undefined): Promise<void> {
  const env = { ...process.env, BRIDGE_PID: bridgePid?.toString() ?? '' };
  await promisify(exec)(command, { timeout: COMMAND_TIMEOUT_MS, env }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new RunEnded('untested', `nothing was tested, for the command failed: ${reason}`);
  });
}

/** Waits until everybody is served again. @returns whether it took a new invitation */
async function recover(run: Run, load: Load, startS: number): Promise<boolean> {
  let invitedAgain = false;
  const since = () => run.moments.filter(({ s }) => s > startS);
  while (run.elapsedS - startS < MAX_WAIT_S && !isWhole(since())) {
    await run.pause(1000);
    if (invitedAgain || !isLost(since())) continue;
    invitedAgain = true;
    await run.inviteAgain(load.clients(load.sizes[0] ?? 4));
  }
  return invitedAgain;
}

type Served = Pick<Moment, 's' | 'receivers' | 'served' | 'participants'>;

/** Long enough to have seen a break, and good now. */
function isWhole(moments: readonly Served[]): boolean {
  return moments.length >= WATCH_S && moments.slice(-2).every(isGood);
}

function isGood({ receivers, served }: Served): boolean {
  return receivers > 0 && served === receivers;
}

/** Nobody is served: the bridge is gone, or has forgotten its conferences. */
function isLost(moments: readonly Served[]): boolean {
  const latest = moments.slice(-REINVITE_AFTER_S);
  return latest.length === REINVITE_AFTER_S && latest.every(({ served }) => served === 0);
}

/** @param moments since the command began */
export function describeRecovery(
  moments: readonly Served[],
  {
    startS,
    invitedAgain,
    byFocus,
  }: {
    readonly startS: number;
    readonly invitedAgain: boolean;
    /** How many clients the focus invited again. */
    readonly byFocus: number;
  },
): string {
  const worst = Math.max(0, ...moments.map(({ receivers, served }) => receivers - served));
  const lastBad = moments.findLast((moment) => !isGood(moment));
  if (!lastBad) return 'nobody was without media for a second';
  const of = `at worst ${worst} of ${Math.max(...moments.map(({ receivers }) => receivers))} clients got nothing`;
  if (moments.slice(-2).some((moment) => !isGood(moment))) {
    return `not recovered after ${MAX_WAIT_S} s; ${of}`;
  }
  const moved =
    byFocus === 0 ? 'without a new invitation' : `the focus invited ${byFocus} clients again`;
  const how = invitedAgain ? 'everybody was invited again' : moved;
  return `whole again ${Math.round(lastBad.s - startS)} s after the command began, ${how}; ${of}`;
}

/** To the packet. */
function describeSilence({ durations }: Snapshot): string[] {
  const silence = percentiles(durations.interruption);
  if (!silence) return ['no client that stayed was without media for 100 ms'];
  const { count, p50, max } = silence;
  return [`${count} times a client that stayed got no media: ${ms(p50)} (p50), ${ms(max)} (max)`];
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}
