import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareReports } from '../../../loadtest/report/compare.ts';
import type { Report, StepReport } from '../../../loadtest/report/report.ts';
import { defaultLimits } from '../../../loadtest/run/limits.ts';
import { verdictOf } from '../../../loadtest/run/verdict.ts';
import { violationsOf } from '../../../loadtest/run/violations.ts';
import { MeasuredCall } from './measured-call.ts';

const good = new MeasuredCall('audio', () => 1).run(5).report();
const slow = { audio: { ...good.audio, delayMs: { ...good.audio.delayMs!, p99: 40 } } };
const lossy = { audio: { ...good.audio, lossPercent: 4 } };
const starved = { generator: { ...good.generator, faults: ['it stood still for 900 ms'] } };
const balanced = { holds: true, rows: [], wire: undefined, misattributed: 0, notes: [] };

function named(name: string, change: Partial<StepReport> = {}): StepReport {
  const step = { ...good, name, ...change };
  return { ...step, violations: violationsOf(step, defaultLimits) };
}

function report(steps: readonly StepReport[], change: Partial<Report> = {}): Report {
  const planned = {
    order: 'rising',
    climbing: false,
    untested: undefined,
    leak: undefined,
  } as const;
  return {
    format: 1,
    tool: 'trestle-load 1',
    date: '2026-01-01T00:00:00.000Z',
    command: 'trestle-load step',
    target: 'http://127.0.0.1:8080',
    mode: 'step',
    scenario: 'audio',
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 2 ** 33, kernel: 'Linux 6', node: 'v20' },
    limits: defaultLimits,
    verdict: verdictOf(steps, balanced, planned),
    steps,
    conservation: balanced,
    moments: [],
    interrupted: false,
    broken: false,
    findings: [],
    ...change,
  };
}

describe('compare', () => {
  const folder = mkdtempSync(join(tmpdir(), 'compare-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  function write(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  function compare(before: Report, after: Report): { code: number; lines: readonly string[] } {
    const lines: string[] = [];
    const files = {
      before: write('before.json', JSON.stringify(before)),
      after: write('after.json', JSON.stringify(after)),
    };
    const code = compareReports({ command: 'compare', ...files }, (line) => lines.push(line));
    return { code, lines };
  }

  it('finds nothing worse in the same run', () => {
    const before = report([named('2 people'), named('4 people')]);
    const { code, lines } = compare(before, before);
    expect(code).toBe(0);
    expect(lines).toContain('nothing got worse in the 2 steps both have');
  });

  it('prints what got worse beyond noise, in the steps both have', () => {
    const after = report([named('2 people', slow), named('9 people', lossy)]);
    const { code, lines } = compare(report([named('2 people'), named('4 people')]), after);
    expect(code).toBe(1);
    expect(lines.join()).toMatch(/worse: 2 people: audio delay p99 [\d.]+ → 40 ms/);
    expect(lines).toContain('not compared: 4 people: not measured after');
    expect(lines).toContain('not compared: 9 people: not measured before');
    expect(lines.filter((line) => line.startsWith('worse: 9'))).toEqual([]);
  });

  it('says when a step that passed breaks a limit now, whatever the figures', () => {
    const deaf = report([named('2 people', { deaf: 1 })]);
    const { code, lines } = compare(report([named('2 people')]), deaf);
    expect(code).toBe(1);
    expect(lines).toContain(
      'worse: 2 people: passed before, now clients that heard nobody 1, allowed 0',
    );
  });

  it('says when packets are not accounted for any more', () => {
    const steps = [named('2 people')];
    const conservation = { ...balanced, holds: false, notes: ['9 packets are missing'] };
    const { code, lines } = compare(report(steps), report(steps, { conservation }));
    expect(code).toBe(1);
    expect(lines).toContain('worse: 9 packets are missing');
  });

  it('compares nothing that a starved generator measured', () => {
    const after = report([named('2 people', { ...lossy, ...starved })]);
    const { code, lines } = compare(report([named('2 people')]), after);
    expect(code).toBe(2);
    expect(lines.join()).toContain(
      '2 people: the generator or others on its machine held it up after',
    );
    expect(lines.filter((line) => line.startsWith('worse'))).toEqual([]);
  });

  it('says what is not the same, and that there is nothing to compare', () => {
    const limits = { ...defaultLimits, delayP99Ms: 80 };
    const other = report([named('a webinar')], { scenario: 'webinar', limits });
    const { code, lines } = compare(report([named('2 people')]), other);
    expect(code).toBe(2);
    expect(lines).toContain('not the same scenario: audio before, webinar after');
    expect(lines).toContain('not the same delayP99Ms: 50 before, 80 after');
    expect(lines).toContain('no step in both that could be compared');
  });

  it('names options that were not the same, in whatever order they stand', () => {
    const run = (command: string) => report([named('2 people')], { command });
    const before = run('trestle-load step --sizes 2 --codec VP8 --json a.json');
    const same = run('trestle-load step --json b.json --codec VP8 --sizes 2');
    expect(compare(before, same).lines.filter((line) => line.startsWith('not the same'))).toEqual(
      [],
    );
    const other = run('trestle-load step --sizes 2 --codec AV1 --delay 200');
    expect(compare(before, other).lines).toContain(
      'not the same options: --codec VP8 --sizes 2 before, --codec AV1 --delay 200 --sizes 2 after',
    );
  });

  it.each([
    ['nothing.json', undefined, 'ENOENT'],
    ['page.html', '<!doctype html>', 'page.html: '],
    ['null.json', 'null', 'is no report'],
    ['certificate.json', '{ "native": {}, "reports": [] }', 'is no report'],
    ['half.json', '{ "format": 1 }', 'is no report'],
  ])('refuses %s and names it', (name, text, reason) => {
    const file = text === undefined ? join(folder, name) : write(name, text);
    const before = write('good.json', JSON.stringify(report([named('2 people')])));
    const run = () => compareReports({ command: 'compare', before, after: file }, () => undefined);
    expect(run).toThrow(reason);
    expect(run).toThrow(name);
  });
});
