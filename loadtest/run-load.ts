import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { messageOf } from '../src/base/message-of.ts';
import { ArgumentError, type RunArguments } from './arguments.ts';
import { BridgeWatch } from './bridge/bridge-watch.ts';
import { startBridge } from './bridge/started-bridge.ts';
import { Colibri2Path } from './control/colibri2-path.ts';
import type { ControlPath } from './control/control-path.ts';
import { toOwnMachineOnly } from './control/own-machine.ts';
import { XmppPath } from './control/xmpp/xmpp-path.ts';
import { GeneratorProcess } from './generator/generator-process.ts';
import { machineClock } from './generator/machine-clock.ts';
import { planFor } from './mode/plan.ts';
import { leakOf, slopesOf } from './mode/soak.ts';
import type { Mode } from './options.ts';
import { secureRandom } from './random.ts';
import { htmlReport } from './report/html.ts';
import { describeMachine } from './report/machine.ts';
import type { Conservation, Report } from './report/report.ts';
import { ownTerminal, type Terminal } from './report/terminal.ts';
import { profilesOf } from './scenario/scenario.ts';
import { Crowd } from './run/crowd.ts';
import { Run } from './run/run.ts';
import { RunEnded } from './run/run-ended.ts';
import { usualLimits } from './run/limits.ts';
import { type Circumstances, verdictOf } from './run/verdict.ts';

/** What the steps of a mode are to each other. */
const orders = {
  quick: 'rising',
  step: 'rising',
  certify: 'rising',
  soak: 'parts',
  spike: 'each',
  chaos: 'each',
} as const satisfies Record<Mode, Circumstances['order']>;
const signals = ['SIGINT', 'SIGTERM'] as const;

type Parts = {
  readonly watch: BridgeWatch | undefined;
  readonly generators: readonly GeneratorProcess[];
  readonly control: ControlPath;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
};

/** Does what was asked for and writes the report. */
export async function runLoad(args: RunArguments): Promise<Report> {
  const terminal = ownTerminal();
  const report = await produceReport(args, terminal);
  if (args.html !== undefined) writeFileSync(args.html, htmlReport(report));
  if (args.json !== undefined)
    writeFileSync(args.json, `${JSON.stringify(report, undefined, 1)}\n`);
  return report;
}

/** One run, shown in the terminal. The first SIGINT or SIGTERM ends it early, with a report; the second one at once. */
export async function produceReport(args: RunArguments, terminal: Terminal): Promise<Report> {
  const stopping = new AbortController();
  // Every join that waits listens to it.
  setMaxListeners(0, stopping.signal);
  const isAlone = args.url === undefined && args.deployment === undefined;
  const starting = isAlone ? startBridge() : undefined;
  const onSignal = (name: NodeJS.Signals) => {
    // The bridge is in a process group of its own, so Ctrl-C does not reach it.
    const stopBridge = async () => (await starting)?.stop();
    if (stopping.signal.aborted) void stopBridge().finally(() => process.exit(130));
    else stopping.abort(new RunEnded('interrupted', `stopped early by ${name}`));
  };
  for (const signal of signals) process.on(signal, onSignal);
  try {
    const started = await starting;
    return await produceAgainst(args, started?.url ?? args.url, terminal, stopping.signal);
  } finally {
    await starting?.then((started) => started.stop()).catch(() => undefined);
    for (const signal of signals) process.off(signal, onSignal);
  }
}

async function produceAgainst(
  args: RunArguments,
  url: URL | undefined,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Report> {
  const generators = Array.from({ length: args.processes }, () => new GeneratorProcess());
  const control = controlPath(args, url);
  const watch = url && new BridgeWatch(url);
  try {
    const { name, summary } = args.scenario;
    terminal.line(`${args.command} ${name} (${summary}) against ${targetOf(args)}`);
    const report = await runAgainst(args, { watch, generators, control, terminal, signal });
    terminal.verdict(report);
    return report;
  } finally {
    await control.close();
    await Promise.all(generators.map((each) => each.end()));
  }
}

function controlPath({ deployment, ownsTarget }: RunArguments, url: URL | undefined): ControlPath {
  const path = deployment
    ? new XmppPath(deployment, secureRandom.alphanumeric(6).toLowerCase())
    : url && new Colibri2Path(url);
  if (!path) throw new Error('there is no bridge to test');
  return ownsTarget ? path : toOwnMachineOnly(path);
}

function targetOf({ url, deployment }: RunArguments): string {
  if (deployment) return `${deployment.domain} over ${deployment.service}`;
  return url?.origin ?? 'a bridge started for the run';
}

async function runAgainst(args: RunArguments, parts: Parts): Promise<Report> {
  const { watch, generators, control, terminal, signal } = parts;
  const groups = profilesOf(args.scenario, args.knobs);
  const limits = usualLimits(groups, args.scenario);
  const crowd = new Crowd({ control, generators, clock: machineClock, signal });
  const run = new Run({
    crowd,
    generators,
    control,
    watch,
    clock: machineClock,
    limits,
    groups,
    settleSeconds: args.settleSeconds,
    signal,
    onPhase: (phase, stepsDone) => terminal.phase(phase, stepsDone),
    onMoment: (moment) => terminal.moment(moment),
    onStep: (step) => terminal.step(step),
  });
  const { extent, ...plan } = planFor(args, secureRandom.uint32() & 0x03ff_0000);
  terminal.plan(extent);
  const { findings, conservation, ended } = await follow(plan, run);
  const isSoak = args.command === 'soak';
  const leak = isSoak ? leakOf(run.moments, limits.memoryMbPerHour) : undefined;
  const circumstances: Circumstances = {
    order: orders[args.command],
    climbing: orders[args.command] === 'rising' && args.sizes === undefined,
    untested: ended?.how === 'interrupted' ? undefined : (ended?.message ?? leak?.untested),
    leak: leak?.found,
  };
  return {
    format: 1,
    tool: 'trestle-load 1',
    date: new Date().toISOString(),
    command: ['trestle-load', ...process.argv.slice(2)].join(' '),
    target: targetOf(args),
    mode: args.command,
    scenario: args.scenario.name,
    machine: describeMachine(),
    limits,
    verdict: verdictOf(run.steps, conservation, circumstances),
    steps: run.steps,
    conservation,
    moments: run.moments,
    interrupted: ended?.how === 'interrupted',
    broken: ended?.how === 'broken',
    findings: isSoak ? [...findings, ...slopesOf(run.moments)] : findings,
  };
}

type Outcome = {
  readonly findings: readonly string[];
  readonly conservation: Conservation;
  readonly ended?: RunEnded;
};

/** Lets the mode run to its end, or to where it was ended. @throws ArgumentError when it may not go on */
async function follow(
  { mode, load }: Pick<ReturnType<typeof planFor>, 'mode' | 'load'>,
  run: Run,
): Promise<Outcome> {
  await run.start();
  const played = await mode(run, load).catch(endOf);
  if (!(played instanceof RunEnded)) return settle(run, { findings: played });
  // The verdict says it when nothing was tested.
  const findings = played.how === 'interrupted' ? [played.message] : [];
  if (played.how === 'broken') return { findings, conservation: unchecked, ended: played };
  return settle(run, { findings, ended: played });
}

async function settle(run: Run, outcome: Omit<Outcome, 'conservation'>): Promise<Outcome> {
  const conservation = await run.settleAccounts().catch(endOf);
  if (!(conservation instanceof RunEnded)) return { ...outcome, conservation };
  return { ...outcome, conservation: unchecked, ended: conservation };
}

/** Whatever it was, what was measured before is reported. */
function endOf(error: unknown): RunEnded {
  if (error instanceof ArgumentError) throw error;
  if (error instanceof RunEnded) return error;
  return new RunEnded('broken', `the run broke: ${messageOf(error)}`);
}

const unchecked: Conservation = {
  holds: false,
  rows: [],
  wire: undefined,
  misattributed: 0,
  notes: ['nothing is known of conservation, for the run broke'],
};
