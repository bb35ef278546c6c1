import { exec } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Moment } from '../report/report.ts';
import type { Run } from '../run/run.ts';
import type { Load, Mode } from './mode.ts';

/** The share of the former packet rate that counts as recovered, and as broken. */
const RECOVERED = 0.9;
const BROKEN = 0.5;
/** A focus learns of a lost conference and invites everybody again; we do so after this long. */
const REINVITE_AFTER_S = 3;
const MAX_WAIT_S = 60;

/** Runs a command mid-way, for instance one that kills a worker, and measures how long the call takes to be whole again. */
export function chaos(command: string): Mode {
  return async (run, load) => {
    const size = load.sizes[0] ?? 4;
    const name = load.scenario.describe(size);
    const clients = load.clients(size);
    const joins = await run.become(clients, load.joinsPerSecond);
    const before = await run.measure(`before: ${name}`, load.stepSeconds, joins);
    const rate = before.audio.deliveredPerSecond + before.video.deliveredPerSecond;
    const startS = run.elapsedS;
    const outcome = await promisify(exec)(command, { timeout: 30_000 }).then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const recovery = await recover(run, load, rate, startS);
    const rejoins = run.crowd.joins.slice(-clients.length);
    await run.measure(`after: ${name}`, load.stepSeconds, rejoins);
    return [`the command "${command}": ${outcome}`, recovery];
  };
}

type Rate = Pick<Moment, 's' | 'deliveredPerSecond'>;

async function recover(run: Run, load: Load, rate: number, startS: number): Promise<string> {
  let invitedAgain = false;
  const since = () => run.moments.filter(({ s }) => s > startS);
  while (run.elapsedS - startS < MAX_WAIT_S && !isWhole(since(), rate)) {
    await delay(1000);
    if (invitedAgain || !isLost(since(), rate)) continue;
    invitedAgain = true;
    await run.inviteAgain(load.clients(load.sizes[0] ?? 4));
  }
  return describeRecovery(since(), rate, { startS, invitedAgain });
}

/** Long enough to have seen a break, and good now. */
function isWhole(moments: readonly Rate[], rate: number): boolean {
  const latest = moments.slice(-2);
  return (
    moments.length > 2 * REINVITE_AFTER_S &&
    latest.every(({ deliveredPerSecond }) => deliveredPerSecond >= rate * RECOVERED)
  );
}

function isLost(moments: readonly Rate[], rate: number): boolean {
  const latest = moments.slice(-REINVITE_AFTER_S);
  return (
    latest.length === REINVITE_AFTER_S &&
    latest.every(({ deliveredPerSecond }) => deliveredPerSecond < rate * BROKEN)
  );
}

/** @param moments since the command began */
export function describeRecovery(
  moments: readonly Rate[],
  rate: number,
  { startS, invitedAgain }: { readonly startS: number; readonly invitedAgain: boolean },
): string {
  const worst = Math.min(...moments.map(({ deliveredPerSecond }) => deliveredPerSecond));
  const lowest = `lowest rate ${Math.round((100 * worst) / Math.max(1, rate))} % of before`;
  const isBad = ({ deliveredPerSecond }: Rate) => deliveredPerSecond < rate * RECOVERED;
  const lastBad = moments.findLast(isBad);
  if (!lastBad) return `nobody noticed anything; ${lowest}`;
  if (moments.slice(-2).some(isBad)) return `not recovered after ${MAX_WAIT_S} s; ${lowest}`;
  const how = invitedAgain ? 'everybody was invited again' : 'without a new invitation';
  return `whole again ${Math.round(lastBad.s - startS)} s after the command began, ${how}; ${lowest}`;
}
