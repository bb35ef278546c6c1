import { readFileSync } from 'node:fs';
import type { CompareArguments } from '../arguments.ts';
import type { Report, StepReport } from './report.ts';

/** A figure must get worse by this share, and by this much, to count: two runs on one machine differ by less. */
const WORSE_BY = 0.25;

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

/** Figures that got worse in steps both reports have. */
export function regressionsBetween(before: Report, after: Report): readonly Regression[] {
  return before.steps.flatMap((earlier) => {
    const later = after.steps.find(({ name }) => name === earlier.name);
    if (!later) return [];
    return figures.flatMap(({ name, unit, floor, of }) => {
      const [a, b] = [of(earlier), of(later)];
      if (a === undefined || b === undefined) return [];
      if (b - a <= floor || b <= a * (1 + WORSE_BY)) return [];
      return { step: earlier.name, figure: name, unit, before: a, after: b };
    });
  });
}

/** What makes two reports incomparable, in words. */
export function differencesInSetting(before: Report, after: Report): readonly string[] {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['machine', before.machine.cpu, after.machine.cpu],
    ['cores', String(before.machine.cores), String(after.machine.cores)],
    ['scenario', before.scenario, after.scenario],
    ['mode', before.mode, after.mode],
  ];
  return pairs
    .filter(([, a, b]) => a !== b)
    .map(([name, a, b]) => `${name}: ${a} before, ${b} after`);
}

/** Prints what got worse. @returns the exit code: 0 nothing, 1 something */
export function compareReports(
  { before, after }: CompareArguments,
  print: (line: string) => void,
): number {
  const [a, b] = [readReport(before), readReport(after)];
  for (const difference of differencesInSetting(a, b)) print(`not the same ${difference}`);
  print(`verdict: ${a.verdict.result} before, ${b.verdict.result} after`);
  print(
    `highest step: ${a.verdict.highestPassed ?? 'none'} before, ${b.verdict.highestPassed ?? 'none'} after`,
  );
  const regressions = regressionsBetween(a, b);
  for (const { step, figure, unit, before: was, after: is } of regressions) {
    print(`worse: ${step}: ${figure} ${was} → ${is} ${unit}`.trimEnd());
  }
  if (regressions.length === 0) print('no regressions in the steps both have');
  return regressions.length === 0 ? 0 : 1;
}

function readReport(file: string): Report {
  const report = JSON.parse(readFileSync(file, 'utf8')) as Partial<Report>;
  if (report.format !== 1) throw new Error(`${file} is no report of this trestle-load`);
  return report as Report;
}
