import { describe, expect, it } from 'vitest';
import { certificatePage } from '../../../loadtest/certify/certificate-page.ts';
import {
  capacityOf,
  certificateOf,
  certificateText,
} from '../../../loadtest/certify/certificate.ts';
import { exitCodeOf } from '../../../loadtest/certify/certify.ts';
import { describeRecovery } from '../../../loadtest/mode/chaos.ts';
import { leakOf } from '../../../loadtest/mode/soak.ts';
import { slopePerHour } from '../../../loadtest/mode/slope.ts';
import { htmlReport } from '../../../loadtest/report/html.ts';
import type { Moment, Report } from '../../../loadtest/report/report.ts';
import { Terminal } from '../../../loadtest/report/terminal.ts';
import { defaultLimits } from '../../../loadtest/run/limits.ts';
import { verdictOf } from '../../../loadtest/run/verdict.ts';
import { MeasuredCall } from './measured-call.ts';

const step = new MeasuredCall('audio', () => 1).run(5).report();
const conservation = {
  holds: true,
  rows: [{ kind: 'audio', offered: 9, delivered: 8, lost: 1, withheld: 0, missing: 0 }],
  wire: { sentByBridge: 9, received: { media: 8, datagrams: 9, lost: 0 } },
  misattributed: 0,
  notes: [],
} as const;

function moment(s: number, served: number): Moment {
  const unknown = undefined;
  return {
    s,
    participants: 2,
    receivers: 2,
    served,
    deliveredPerSecond: 50,
    delayP50Ms: 1,
    delayP99Ms: s === 2 ? unknown : 2,
    ownDelayP99Ms: unknown,
    lossPercent: 0,
    bridgeCpuPercent: unknown,
    bridgeMb: unknown,
    generatorCpuPercent: 5,
    stress: unknown,
  };
}

function report(change: Partial<Report> = {}): Report {
  return {
    format: 1,
    tool: 'trestle-load 1',
    date: '2026-01-01T00:00:00.000Z',
    command: 'trestle-load step --scenario "<script>"',
    target: 'http://127.0.0.1:8080',
    mode: 'step',
    scenario: 'audio',
    machine: { cpu: 'a processor', cores: 2, memoryBytes: 2 ** 33, kernel: 'Linux 6', node: 'v20' },
    limits: defaultLimits,
    verdict: verdictOf([step], conservation, {
      order: 'rising',
      climbing: false,
      untested: undefined,
      leak: undefined,
    }),
    steps: [step],
    conservation,
    moments: [moment(1, 2), moment(2, 2), moment(3, 2)],
    interrupted: false,
    broken: false,
    findings: ['a finding'],
    ...change,
  };
}

describe('the HTML report', () => {
  const page = htmlReport(report());

  it('starts with the verdict and needs nothing else', () => {
    expect(page).toContain('<strong>PASS</strong> passed up to a call');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
    expect(page).toContain('&lt;script&gt;');
  });

  it('has machine, graphs, steps, conservation and findings', () => {
    expect(page).toContain('a processor, 2 cores, 8 GiB');
    expect(page.match(/<svg/g)).toHaveLength(6);
    expect(page).toContain('<td>a call</td>');
    expect(page).toContain('a finding');
    expect(page).toContain('The bridge counts 9 packets sent');
  });

  it('keeps clients behind different networks apart', () => {
    const { lostPercent, heldMs } = {
      lostPercent: { up: 2, down: 3 },
      heldMs: { up: undefined, down: undefined },
    };
    const perfect = { loss: 0, burst: 1, delayMs: 0, capBps: 0 };
    const network = { up: perfect, down: { loss: 0.03, burst: 2, delayMs: 80, capBps: 6e5 } };
    const groups = [{ name: 'mobile', clients: 3, network, lostPercent, heldMs }];
    const { audio, video, audioGaps, freezes, views } = step;
    const figures = {
      audio,
      video,
      audioGaps,
      freezes,
      views,
      listeners: 3,
      limits: defaultLimits,
    };
    const ways = [{ from: 'office', to: 'mobile', ...figures }];
    const mixed = htmlReport(report({ steps: [{ ...step, groups, ways }] }));
    expect(mixed).toContain('up perfect; down loses 3 % in bursts of 2, 80 ms, 600 kbit/s');
    expect(mixed).toContain('Media between them');
    expect(page).not.toContain('Media between them');
    let text = '';
    const terminal = new Terminal(
      (part) => (text += part),
      false,
      () => 80,
    );
    terminal.step({ ...step, groups, ways });
    expect(text).toContain('3 mobile: own network up perfect; down loses 3 %');
    expect(text).toContain('office to mobile: audio 50/s, loss 0 %');
  });

  it('leaves a hole in a line where nothing was measured', () => {
    const [, delay = ''] = page.split('aria-label="One-way delay"');
    const [, p99 = ''] = /<path d="([^"]*)"/.exec(delay) ?? [];
    expect(p99.match(/M/g)).toHaveLength(2);
  });
});

describe('the terminal', () => {
  it('prints steps and the verdict, and a live line only where somebody watches', () => {
    let text = '';
    const terminal = new Terminal(
      (part) => (text += part),
      false,
      () => 80,
    );
    terminal.moment(moment(1, 2));
    terminal.step(step);
    terminal.verdict(report());
    expect(text).toContain('✓ a call: audio 50/s, loss 0 %');
    expect(text).toContain('PASS: passed up to a call');
    expect(text).toContain('conservation holds: audio 9 = 8 delivered + 1 lost');
    expect(text).not.toContain('\r');
    const broken = [{ limit: 'audio loss', measured: 4, allowed: 0.5, unit: '%' }];
    terminal.step({ ...step, name: 'lossy', violations: broken });
    terminal.step({ ...step, name: 'busy', violations: broken, disturbances: ['others'] });
    expect(text).toContain('✗ lossy: ');
    expect(text).toContain('? busy: ');
    text = '';
    const live = new Terminal(
      (part) => (text += part),
      true,
      () => 60,
    );
    live.plan({ steps: 9 });
    live.phase('4 people', 2);
    live.moment(moment(1, 2));
    expect(text).toContain('\r');
    expect(text).toContain('1 s, 3 of 9, 4 people: 2 clients');
    expect(text.length).toBeLessThan(60 + '\r\u001b[2K'.length);
    live.plan({ seconds: 3600 });
    live.moment(moment(2, 2));
    expect(text).toContain('2 of 3600 s, 4 people: 2 clients');
  });
});

describe('chaos', () => {
  const startS = 10;
  const say = (served: readonly number[], invitedAgain = false) =>
    describeRecovery(
      served.map((clients, at) => moment(startS + 1 + at, clients)),
      { startS, invitedAgain, byFocus: 0 },
    );

  it('says how long somebody got nothing, and how it came back', () => {
    expect(say([2, 0, 0, 1, 2, 2], true)).toBe(
      'whole again 4 s after the command began, everybody was invited again; at worst 2 of 2 clients got nothing',
    );
    expect(say([2, 2, 2])).toContain('nobody was without media');
    expect(say([2, 0, 1])).toContain('not recovered');
  });
});

describe('slopePerHour', () => {
  it('finds growth, and none in too little', () => {
    const points = [0, 60, 120, 180].map((s) => ({ s, value: 100 + s / 60 }));
    expect(slopePerHour(points)).toBeCloseTo(60);
    expect(slopePerHour(points.slice(0, 2))).toBeUndefined();
  });
});

describe('soak', () => {
  const grows = (seconds: number, mbPerHour: number | undefined) =>
    Array.from({ length: seconds }, (_, s) => ({
      ...moment(s, 2),
      bridgeMb: mbPerHour === undefined ? undefined : 200 + (s / 3600) * mbPerHour,
    }));

  it('finds growth beyond what a scenario allows, where it lasted long enough to tell', () => {
    expect(leakOf(grows(3600, 80), 20).found).toBe(
      'memory of the bridge grows by 80.0 MB an hour, allowed 20',
    );
    expect(leakOf(grows(3600, 10), 20)).toEqual({});
    expect(leakOf(grows(3600, 80), undefined)).toEqual({});
    expect(leakOf(grows(1200, 80), 20).untested).toContain('40 minutes');
    expect(leakOf(grows(3600, undefined), 20).untested).toContain('on this machine');
  });
});

describe('the certificate', () => {
  const broken = { limit: 'audio loss', measured: 4, allowed: 0.5, unit: '%' };
  const tooMuch = { ...step, name: 'more', violations: [broken] };
  const starved = { ...tooMuch, generator: { ...step.generator, faults: ['it stood still'] } };

  it('says what was carried, by what it was limited, and what to configure', () => {
    const climbed = report({ steps: [step, tooMuch] });
    const certificate = certificateOf([climbed], undefined, '2026-01-01');
    const text = certificateText(certificate);
    expect(capacityOf(climbed)).toMatchObject({ limitedBy: 'bridge', highest: { name: 'a call' } });
    expect(text).toContain('| audio | a call | 100 |');
    expect(text).toContain('load-threshold = 80, recovery-threshold = 64');
    const page = certificatePage(certificate);
    expect(page).toContain('<td>audio</td><td>a call</td><td>100</td>');
    expect(page).toContain('load-threshold = 80, recovery-threshold = 64');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  });

  it('has no capacity of what lost packets or never passed, and says so to the shell', () => {
    const planned = {
      order: 'rising',
      climbing: true,
      untested: undefined,
      leak: undefined,
    } as const;
    const certified = (steps: Report['steps'], holds: boolean) => {
      const accounts = { ...conservation, holds, notes: holds ? [] : ['9 missing'] };
      const verdict = verdictOf(steps, accounts, planned);
      const certificate = certificateOf(
        [report({ steps, verdict, conservation: accounts })],
        undefined,
        '2026-01-01',
      );
      return [exitCodeOf(certificate), certificateText(certificate)];
    };
    expect(certified([step, tooMuch], true)[0]).toBe(0);
    expect(certified([step], false)).toEqual([1, expect.stringContaining('FAIL: 9 missing |')]);
    const [code, text] = certified([tooMuch], true);
    expect([code, text]).toEqual([1, expect.stringContaining('| audio | nothing | 0 |')]);
    expect(text).toContain('No threshold to configure');
    expect(certified([starved], true)[0]).toBe(2);
  });

  it.each([[[step]], [[step, starved]]])(
    'gives no threshold where the bridge was not the limit',
    (steps) => {
      const text = certificateText(certificateOf([report({ steps })], undefined, '2026-01-01'));
      expect(text).toContain('it may carry more');
      expect(text).toContain('No threshold to configure');
    },
  );
});
