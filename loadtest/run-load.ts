import { writeFileSync } from 'node:fs';
import type { RunArguments } from './arguments.ts';
import { BridgeWatch } from './bridge/bridge-watch.ts';
import { startBridge } from './bridge/started-bridge.ts';
import { Colibri2Path } from './control/colibri2-path.ts';
import type { ControlPath } from './control/control-path.ts';
import type { Deployment } from './control/xmpp/participant.ts';
import { XmppPath } from './control/xmpp/xmpp-path.ts';
import { GeneratorProcess } from './generator/generator-process.ts';
import { machineClock } from './generator/machine-clock.ts';
import { planFor } from './mode/plan.ts';
import { secureRandom } from './random.ts';
import { htmlReport } from './report/html.ts';
import { describeMachine } from './report/machine.ts';
import type { Report, Verdict } from './report/report.ts';
import { Terminal } from './report/terminal.ts';
import { Crowd } from './run/crowd.ts';
import { Run } from './run/run.ts';
import { defaultLimits, verdictOf } from './run/verdict.ts';

const PARALLEL_JOINS = 50;
const signals = ['SIGINT', 'SIGTERM'] as const;

type Parts = {
  readonly watch: BridgeWatch | undefined;
  readonly generators: readonly GeneratorProcess[];
  readonly control: ControlPath;
  readonly terminal: Terminal;
};

/** Does what was asked for and writes the report. @returns the verdict */
export async function runLoad(args: RunArguments): Promise<Verdict['result']> {
  const terminal = new Terminal((text) => process.stdout.write(text), process.stdout.isTTY);
  const report = await produceReport(args, terminal);
  if (args.html !== undefined) writeFileSync(args.html, htmlReport(report));
  if (args.json !== undefined)
    writeFileSync(args.json, `${JSON.stringify(report, undefined, 1)}\n`);
  return report.verdict.result;
}

/** One run, shown in the terminal. */
export async function produceReport(args: RunArguments, terminal: Terminal): Promise<Report> {
  const isAlone = args.url === undefined && args.deployment === undefined;
  const started = isAlone ? await startBridge(() => undefined) : undefined;
  const url = args.url ?? started?.url;
  const generators = Array.from({ length: args.processes }, () => new GeneratorProcess());
  const control = controlPath(args.deployment, url);
  // The bridge is in a process group of its own, so Ctrl-C does not reach it.
  const onSignal = () =>
    void (started?.stop() ?? Promise.resolve()).finally(() => process.exit(130));
  for (const signal of signals) process.once(signal, onSignal);
  const watch = url && new BridgeWatch(url);
  try {
    const { name, summary } = args.scenario;
    terminal.line(`${args.command} ${name} (${summary}) against ${targetOf(args)}`);
    const report = await runAgainst(args, { watch, generators, control, terminal });
    terminal.verdict(report);
    return report;
  } finally {
    for (const signal of signals) process.off(signal, onSignal);
    await control.close();
    await Promise.all(generators.map((each) => each.end()));
    await started?.stop();
  }
}

function controlPath(deployment: Deployment | undefined, url: URL | undefined): ControlPath {
  if (deployment) return new XmppPath(deployment, secureRandom.alphanumeric(6).toLowerCase());
  if (!url) throw new Error('there is no bridge to test');
  return new Colibri2Path(url);
}

function targetOf({ url, deployment }: RunArguments): string {
  if (deployment) return `${deployment.domain} over ${deployment.service}`;
  return url?.origin ?? 'a bridge started for the run';
}

async function runAgainst(args: RunArguments, parts: Parts): Promise<Report> {
  const { watch, generators, control, terminal } = parts;
  const crowd = new Crowd({
    control,
    generators,
    clock: machineClock,
    parallelJoins: PARALLEL_JOINS,
  });
  const run = new Run({
    crowd,
    generators,
    control,
    watch,
    clock: machineClock,
    limits: defaultLimits,
    onMoment: (moment) => terminal.moment(moment),
    onStep: (step) => terminal.step(step),
  });
  const { mode, load } = planFor(args, secureRandom.uint32() & 0x03ff_0000);
  await run.start();
  const findings = await mode(run, load);
  const conservation = await run.settleAccounts();
  await run.stop();
  return {
    format: 1,
    tool: 'trestle-load 1',
    date: new Date().toISOString(),
    command: ['trestle-load', ...process.argv.slice(2)].join(' '),
    target: targetOf(args),
    mode: args.command,
    scenario: args.scenario.name,
    machine: describeMachine(),
    limits: defaultLimits,
    verdict: verdictOf(run.steps, conservation),
    steps: run.steps,
    conservation,
    moments: run.moments,
    findings,
  };
}
