import { isFor, type Mode, modes, type Option, type OptionName, options } from './options.ts';
import { bundledNames, bundledScenario } from './scenarios/load-scenario.ts';

const WIDTH = 100;
const INDENT = 2;

const examples: Readonly<Record<Mode | 'compare', readonly string[]>> = {
  quick: [
    'trestle-load quick',
    'trestle-load quick --url http://127.0.0.1:8080 --html report.html',
  ],
  step: [
    'trestle-load step --scenario audio --url http://127.0.0.1:8080',
    'trestle-load step --scenario ./mine.yaml',
    'trestle-load step --xmpp xmpp://127.0.0.1:5222 --domain meet.example',
  ],
  soak: ['trestle-load soak --sizes 8 --duration 3600 --churn 4 --url http://127.0.0.1:8080'],
  spike: ['trestle-load spike --scenario many-rooms --sizes 1,8 --url http://127.0.0.1:8080'],
  chaos: ["trestle-load chaos --sizes 4 --run 'pkill -KILL -P $BRIDGE_PID mediasoup'"],
  certify: ['trestle-load certify --json capacity.json'],
  compare: ['trestle-load compare before.json after.json'],
};

/** What `--help` prints. @param mode for that mode only */
export function helpText(mode: Mode | 'compare' | undefined): string {
  if (mode === 'compare') return compareHelp();
  return mode === undefined ? overview() : modeHelp(mode);
}

function overview(): string {
  return [
    'usage: trestle-load MODE [OPTIONS]',
    '       trestle-load compare BEFORE.json AFTER.json',
    '',
    'Puts synthetic participants on a bridge that speaks Colibri2 and says whether it kept its limits, what broke first,',
    'or that the load generator itself was too slow to know.',
    '',
    'modes (trestle-load MODE --help for one of them):',
    ...list([
      ...Object.entries(modes),
      ['compare', 'what got worse from one report (--json) to another'],
    ]),
    '',
    ...scenarioLines(),
    ...optionLines(() => true),
    'examples:',
    ...Object.values(examples)
      .flat()
      .map((line) => `  ${line}`),
    '',
    'exit codes: 0 PASS, 1 FAIL, 2 INVALID, 64 wrong usage, 70 the run broke, 130 stopped by a signal',
    'more: docs/loadtest.md',
  ].join('\n');
}

function modeHelp(mode: Mode): string {
  return [
    `usage: trestle-load ${mode} [OPTIONS]`,
    '',
    `${mode}: ${modes[mode]}`,
    '',
    ...(isFor('scenario', mode) ? scenarioLines() : []),
    ...optionLines((name) => isFor(name, mode)),
    'examples:',
    ...examples[mode].map((line) => `  ${line}`),
  ].join('\n');
}

function compareHelp(): string {
  return [
    'usage: trestle-load compare BEFORE.json AFTER.json',
    '',
    'Prints which figures got worse, by a quarter and more than noise, in the steps both reports have.',
    'A step that passed and now breaks a limit is worse, too; what a starved generator measured is not compared.',
    'The reports are what --json wrote. Exit codes: 0 nothing got worse, 1 something did, 2 there was nothing to compare.',
  ].join('\n');
}

function scenarioLines(): string[] {
  const rows = bundledNames.map((name) => {
    const { summary, sizes } = bundledScenario(name);
    return [name, `${summary}; sizes ${sizes.join(',')}`] as const;
  });
  return ['scenarios:', ...list(rows), ''];
}

function optionLines(wanted: (name: OptionName) => boolean): string[] {
  const names = (Object.keys(options) as OptionName[]).filter(wanted);
  const rows = names.map((name) => [headOf(name), describe(name)] as const);
  return ['options (what is done without them in parentheses):', ...list(rows), ''];
}

function headOf(name: OptionName): string {
  const option: Option = options[name];
  const short = option.short === undefined ? '' : `-${option.short}, `;
  return `${short}--${name}${option.value === undefined ? '' : ` ${option.value}`}`;
}

function describe(name: OptionName): string {
  const option: Option = options[name];
  return typeof option.default === 'string' ? `${option.text} (${option.default})` : option.text;
}

/** Two columns; the second one is wrapped. */
function list(rows: readonly (readonly [string, string])[]): string[] {
  const column = Math.max(...rows.map(([head]) => head.length)) + 2 * INDENT;
  return rows.flatMap(([head, text]) =>
    wrap(text, WIDTH - column).map(
      (line, at) => (at === 0 ? `${' '.repeat(INDENT)}${head}` : '').padEnd(column) + line,
    ),
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
