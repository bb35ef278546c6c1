import { readFileSync } from 'node:fs';
import { ArgumentError, type CompareArguments } from '../arguments.ts';
import { violationText } from './figures.ts';
import { isGood, isInvalid } from './judged-step.ts';
import { limitNames, type Report, type StepReport } from './report.ts';
import { messageOf } from '../../src/base/message-of.ts';

/** A figure must get worse by this share, and by this much, to count: two runs on one machine differ by less. */
const WORSE_BY = 0.25;

const exitCodes = { same: 0, worse: 1, incomparable: 2 } as const;

type Figure = {
  readonly name: string;
  readonly unit: string;
  /** Differences below this are noise. */
  readonly floor: number;
  readonly of: (step: StepReport) => number | undefined;
};

const figures: readonly Figure[] = [
  { name: 'audio loss', unit: '%', floor: 0.2, of: (s) => s.audio.lossPercent },
  { name: 'video loss', unit: '%', floor: 0.2, of: (s) => s.video.lossPercent },
  { name: 'audio delay p50', unit: 'ms', floor: 1, of: (s) => s.audio.delayMs?.p50 },
  { name: 'audio delay p99', unit: 'ms', floor: 3, of: (s) => s.audio.delayMs?.p99 },
  { name: 'video delay p50', unit: 'ms', floor: 1, of: (s) => s.video.delayMs?.p50 },
  { name: 'video delay p99', unit: 'ms', floor: 3, of: (s) => s.video.delayMs?.p99 },
  { name: 'first audio p95', unit: 'ms', floor: 200, of: (s) => s.joins.firstAudioMs?.p95 },
  { name: 'first video p95', unit: 'ms', floor: 200, of: (s) => s.joins.firstVideoMs?.p95 },
  { name: 'audio gaps', unit: '', floor: 3, of: (s) => s.audioGaps },
  { name: 'freezes', unit: '', floor: 3, of: (s) => s.freezes },
  { name: 'bridge CPU a packet', unit: 'µs', floor: 0.5, of: (s) => s.bridge.usPerPacket },
];

export type Regression = {
  readonly step: string;
  readonly figure: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
};

export type Comparison = {
  /** Steps both have, and of which both say something. */
  readonly compared: number;
  readonly regressions: readonly Regression[];
  /** Steps that passed and now break a limit. */
  readonly broken: readonly { readonly step: string; readonly why: string }[];
  /** Why steps were left out. */
  readonly leftOut: readonly string[];
};

/** What got worse in the steps both reports have; what a starved generator measured is not compared. */
export function compareSteps(before: Report, after: Report): Comparison {
  const both = before.steps.flatMap((earlier) => {
    const later = after.steps.find(({ name }) => name === earlier.name);
    return later ? [{ earlier, later }] : [];
  });
  const valid = both.filter(({ earlier, later }) => !isInvalid(earlier) && !isInvalid(later));
  return {
    compared: valid.length,
    regressions: valid.flatMap(({ earlier, later }) => worseFigures(earlier, later)),
    broken: valid.flatMap(({ earlier, later }) => {
      const [worst] = later.violations;
      const isNew = isGood(earlier) && worst !== undefined;
      return isNew ? { step: later.name, why: violationText(worst) } : [];
    }),
    leftOut: [
      ...both
        .filter((pair) => !valid.includes(pair))
        .map(({ earlier, later }) => {
          const when = isInvalid(earlier) ? 'before' : 'after';
          return `${later.name}: the generator or others on its machine held it up ${when}`;
        }),
      ...missing(before, after, 'after'),
      ...missing(after, before, 'before'),
    ],
  };
}

function worseFigures(earlier: StepReport, later: StepReport): Regression[] {
  return figures.flatMap(({ name, unit, floor, of }) => {
    const [a, b] = [of(earlier), of(later)];
    if (a === undefined || b === undefined) return [];
    if (b - a <= floor || b <= a * (1 + WORSE_BY)) return [];
    return { step: earlier.name, figure: name, unit, before: a, after: b };
  });
}

function missing(of: Report, from: Report, when: string): string[] {
  return of.steps
    .filter(({ name }) => from.steps.every((each) => each.name !== name))
    .map(({ name }) => `${name}: not measured ${when}`);
}

/** What makes two reports incomparable, in words. */
export function differencesInSetting(before: Report, after: Report): readonly string[] {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['machine', before.machine.cpu, after.machine.cpu],
    ['cores', String(before.machine.cores), String(after.machine.cores)],
    ['kernel', before.machine.kernel, after.machine.kernel],
    ['Node', before.machine.node, after.machine.node],
    ['target', before.target, after.target],
    ['scenario', before.scenario, after.scenario],
    ['mode', before.mode, after.mode],
    ['options', optionsOf(before), optionsOf(after)],
    ...limitNames.map((name) => [name, allowed(before, name), allowed(after, name)] as const),
  ];
  return pairs
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name}: ${a} before, ${b} after`);
}

/** As they were written, in any order, but for where the report went and what is told apart by itself. */
function optionsOf({ command }: Report): string {
  const [, ...options] = command.split(/ (?=--)/);
  const telling = options.filter((each) => !/^--(?:json|html|url|scenario)\b/.test(each));
  return telling.sort().join(' ') || 'none';
}

/** A limit that is not judged is left out of a file. */
function allowed({ limits }: Report, name: (typeof limitNames)[number]): string {
  return limits[name]?.toString() ?? 'not judged';
}

/** Prints what got worse. @returns the exit code: 0 nothing, 1 something, 2 there was nothing to compare */
export function compareReports(
  { before, after }: CompareArguments,
  print: (line: string) => void,
): number {
  const [a, b] = [readReport(before), readReport(after)];
  for (const difference of differencesInSetting(a, b)) print(`not the same ${difference}`);
  for (const [when, { verdict }] of [['before', a] as const, ['after', b] as const]) {
    print(`${when}: ${verdict.result}, ${verdict.headline}`);
  }
  const { compared, regressions, broken, leftOut } = compareSteps(a, b);
  for (const step of leftOut) print(`not compared: ${step}`);
  const worse = [
    ...(a.conservation.holds && !b.conservation.holds ? [b.conservation.notes.join('; ')] : []),
    ...broken.map(({ step, why }) => `${step}: passed before, now ${why}`),
    ...regressions.map(({ step, figure, unit, before: was, after: is }) =>
      `${step}: ${figure} ${short(was)} → ${short(is)} ${unit}`.trimEnd(),
    ),
  ];
  for (const each of worse) print(`worse: ${each}`);
  if (worse.length > 0) return exitCodes.worse;
  if (compared === 0) {
    print('no step in both that could be compared');
    return exitCodes.incomparable;
  }
  print(`nothing got worse in ${compared === 1 ? 'the step' : `the ${compared} steps`} both have`);
  return exitCodes.same;
}

function short(value: number): string {
  return String(Number(value.toFixed(value >= 100 ? 0 : 2)));
}

/** @throws ArgumentError that names the file */
function readReport(file: string): Report {
  const report = parseFile(file) as Partial<Report> | null;
  if (
    report?.format !== 1 ||
    !report.verdict ||
    !report.steps ||
    !report.machine ||
    !report.limits
  ) {
    throw new ArgumentError(`${file} is no report that trestle-load wrote with --json`);
  }
  return report as Report;
}

function parseFile(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = messageOf(error);
    throw new ArgumentError(`${file}: ${reason}`, { cause: error });
  }
}
