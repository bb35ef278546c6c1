import { writeFileSync } from 'node:fs';
import type { RunArguments } from './arguments.ts';
import { BridgeWatch } from './bridge/bridge-watch.ts';
import { startBridge } from './bridge/started-bridge.ts';
import { Colibri2Path } from './control/colibri2-path.ts';
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

/** Does what was asked for and writes the report. @returns the verdict */
export async function runLoad(args: RunArguments): Promise<Verdict['result']> {
  const terminal = new Terminal((text) => process.stdout.write(text), process.stdout.isTTY);
  const started = args.url === undefined ? await startBridge(() => undefined) : undefined;
  const url = args.url ?? started?.url;
  if (!url) throw new Error('there is no bridge to test');
  const generators = Array.from({ length: args.processes }, () => new GeneratorProcess());
  const control = new Colibri2Path(url);
  try {
    terminal.line(
      `${args.command} ${args.scenario.name} (${args.scenario.summary}) against ${started ? 'a bridge started for it' : url.origin}`,
    );
    const report = await runAgainst(args, { url, generators, control, terminal });
    terminal.verdict(report);
    if (args.html !== undefined) writeFileSync(args.html, htmlReport(report));
    if (args.json !== undefined)
      writeFileSync(args.json, `${JSON.stringify(report, undefined, 1)}\n`);
    return report.verdict.result;
  } finally {
    await control.close();
    await Promise.all(generators.map((each) => each.end()));
    await started?.stop();
  }
}

async function runAgainst(
  args: RunArguments,
  parts: {
    readonly url: URL;
    readonly generators: readonly GeneratorProcess[];
    readonly control: Colibri2Path;
    readonly terminal: Terminal;
  },
): Promise<Report> {
  const { url, generators, control, terminal } = parts;
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
    watch: new BridgeWatch(url),
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
    target: args.url?.origin ?? 'a bridge started for the run',
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
