import { describe, expect, it } from 'vitest';
import { readArguments as readAll } from '../../../loadtest/arguments.ts';
import { type NetworkProfile, perfectNetwork } from '../../../loadtest/media/link.ts';
import type { Conservation, Limits, StepReport } from '../../../loadtest/report/report.ts';
import { disturbances } from '../../../loadtest/run/machine-figures.ts';
import { generatorFaults } from '../../../loadtest/run/generator-faults.ts';
import { defaultLimits, limitsBetween, usualLimits } from '../../../loadtest/run/limits.ts';
import { verdictOf } from '../../../loadtest/run/verdict.ts';
import { violationsOf } from '../../../loadtest/run/violations.ts';
import type { GroupProfile } from '../../../loadtest/scenario/scenario.ts';
import { MeasuredCall } from './measured-call.ts';

const good = new MeasuredCall('audio', () => 1).run(5).report();
const balanced: Conservation = {
  holds: true,
  rows: [],
  wire: undefined,
  misattributed: 0,
  notes: [],
};

function readArguments(argv: readonly string[]) {
  return readAll(argv, '1.2.3');
}

function named(name: string, change: Partial<StepReport> = {}): StepReport {
  const step = { ...good, name, ...change };
  return { ...step, violations: violationsOf(step, defaultLimits) };
}

const planned = { order: 'rising', climbing: false, untested: undefined, leak: undefined } as const;
const lossy = { audio: { ...good.audio, lossPercent: 4 } };
const starved = { generator: { ...good.generator, faults: ['it stood still for 900 ms'] } };

describe('the verdict', () => {
  it('passes, and names the highest step', () => {
    const verdict = verdictOf([named('2 people'), named('4 people')], balanced, planned);
    expect(verdict).toMatchObject({ result: 'PASS', highestPassed: '4 people' });
  });

  it('fails with what broke first and the last step that passed', () => {
    const verdict = verdictOf([named('2 people'), named('4 people', lossy)], balanced, planned);
    expect(verdict).toMatchObject({ result: 'FAIL', highestPassed: '2 people' });
    expect(verdict.brokeFirst).toBe('4 people: audio loss 4 %, allowed 0.5');
  });

  it('says why nobody could join', () => {
    const joins = { ...good.joins, attempted: 2, failed: 2, failures: ['nobody answers'] };
    expect(verdictOf([named('2 people', { joins })], balanced, planned).headline).toContain(
      'failed joins 100 %, allowed 0 (nobody answers)',
    );
  });

  it('says why somebody hears nobody rather than that', () => {
    const cutOff = { clients: 2, reasons: ['no bridge channel: closed with 1006'] };
    const steps = [named('part 1'), named('part 2', { cutOff, deaf: 2, blind: 2 })];
    expect(verdictOf(steps, balanced, planned).brokeFirst).toBe(
      'part 2: clients cut off 2, allowed 0 (no bridge channel: closed with 1006)',
    );
  });

  describe('of steps that are no ladder', () => {
    const soak = { ...planned, order: 'parts' } as const;
    const spike = { ...planned, order: 'each' } as const;
    const part = (number: number, change: Partial<StepReport> = {}) =>
      named(`part ${number}`, change);

    it('says whether all were passed', () => {
      expect(verdictOf([part(1), part(2)], balanced, spike)).toMatchObject({
        result: 'PASS',
        headline: 'kept its limits in every step',
      });
      const verdict = verdictOf([part(1), part(2, lossy), part(3)], balanced, soak);
      expect(verdict).toMatchObject({ result: 'FAIL', highestPassed: 'part 1' });
      expect(verdict.headline).toMatch(/^kept its limits until "part 1"; broke first at part 2: /);
    });

    it('is of those that can be judged: a failure counts, whatever came before', () => {
      const steps = [part(1), part(2, starved), part(3, lossy)];
      for (const circumstances of [soak, spike]) {
        const verdict = verdictOf(steps, balanced, circumstances);
        expect(verdict).toMatchObject({ result: 'FAIL', highestPassed: 'part 1' });
        expect(verdict.brokeFirst).toContain('part 3: audio loss 4 %');
        expect(verdict.headline).toContain('1 of 3 could not be judged');
      }
    });

    it('leaves out a few parts of a soak, and says so, but not what a spike is about', () => {
      const steps = [part(1), part(2, starved), part(3)];
      const verdict = verdictOf(steps, balanced, soak);
      expect(verdict.result).toBe('PASS');
      expect(verdict.headline).toBe(
        'kept its limits where it could be judged; 1 of 3 could not be judged: the generator itself was too slow at part 2: it stood still for 900 ms',
      );
      expect(verdictOf(steps, balanced, spike).result).toBe('INVALID');
      expect(verdictOf([part(1, starved), part(2, starved), part(3)], balanced, soak).result).toBe(
        'INVALID',
      );
      const unbalanced = { ...balanced, holds: false, notes: ['9 missing'] };
      expect(verdictOf(steps, unbalanced, soak).result).toBe('INVALID');
      expect(verdictOf([part(1)], unbalanced, soak).result).toBe('FAIL');
    });

    it('fails a leak', () => {
      const leaking = { ...soak, leak: 'memory of the bridge grows' };
      expect(verdictOf([part(1)], balanced, leaking)).toMatchObject({
        result: 'FAIL',
        headline: 'memory of the bridge grows',
      });
    });
  });

  it('is no verdict on the bridge when the generator starved', () => {
    const verdict = verdictOf([named('2 people', { ...lossy, ...starved })], balanced, planned);
    expect(verdict.result).toBe('INVALID');
    expect(verdict.headline).toContain('the generator itself');
  });

  it('stays a failure of the bridge when the generator starved only later', () => {
    const verdict = verdictOf(
      [named('2 people', lossy), named('4 people', starved)],
      balanced,
      planned,
    );
    expect(verdict.result).toBe('FAIL');
  });

  it('fails when packets are not accounted for', () => {
    const unbalanced = { ...balanced, holds: false, notes: ['9 missing'] };
    const verdict = verdictOf([named('2 people')], unbalanced, planned);
    expect(verdict).toMatchObject({ result: 'FAIL', headline: '9 missing' });
  });

  it('of a climb stands where the generator could not follow, and says so', () => {
    const steps = [named('2 people'), named('4 people', { ...lossy, ...starved })];
    const climb = { ...planned, climbing: true };
    const verdict = verdictOf(steps, balanced, climb);
    expect(verdict).toMatchObject({ result: 'PASS', highestPassed: '2 people' });
    expect(verdict.headline).toContain('the generator itself was too slow at 4 people');
    expect(verdictOf(steps, balanced, planned).result).toBe('INVALID');
    expect(verdictOf(steps.slice(1), balanced, climb).result).toBe('INVALID');
    expect(verdictOf(steps, { ...balanced, holds: false }, climb).result).toBe('INVALID');
  });

  it('is none when nothing was measured, or what was to be tested did not happen', () => {
    expect(verdictOf([], balanced, planned).result).toBe('INVALID');
    const untested = { ...planned, untested: 'the command failed' };
    expect(verdictOf([named('2 people')], balanced, untested)).toMatchObject({
      result: 'INVALID',
      headline: 'the command failed',
    });
  });

  it('fails when one client did not hear or see one other', () => {
    const pairs = { voices: 6, unheard: 1, views: 6, unseen: 0 };
    const verdict = verdictOf([named('3 people', { pairs })], balanced, planned);
    expect(verdict.headline).toContain('voices not heard 1 of 6, allowed 0');
    const dark = { ...pairs, unheard: 0, unseen: 2 };
    expect(verdictOf([named('3 people', { pairs: dark })], balanced, planned).result).toBe('FAIL');
  });

  it('fails when a client heard or saw nobody, of which no loss tells', () => {
    const verdict = verdictOf([named('2 people', { deaf: 1 })], balanced, planned);
    expect(verdict.headline).toContain('clients that heard nobody 1, allowed 0');
    expect(verdictOf([named('2 people', { blind: 1 })], balanced, planned).result).toBe('FAIL');
  });

  describe('of clients behind a network of their own', () => {
    const group = (
      name: string,
      profile: Partial<NetworkProfile>,
      limits: Partial<Limits> = {},
    ) => {
      const network = { ...perfectNetwork, ...profile };
      return { name, network: { up: network, down: network }, limits };
    };
    const office = group('office', {});
    const mobile = group('mobile', { loss: 0.02 });

    it('does not blame the bridge for what that loses', () => {
      const holes = { ...named('2 people', lossy), audioGaps: 50, freezes: 50 };
      expect(violationsOf(holes, limitsBetween(mobile, mobile))).toEqual([]);
      expect(violationsOf(holes, defaultLimits)).toHaveLength(3);
      expect(limitsBetween(office, office)).toEqual(defaultLimits);
      const stated = group('mobile', { loss: 0.02 }, { audioLossPercent: 1 });
      const violations = violationsOf(holes, limitsBetween(stated, stated));
      expect(violations).toMatchObject([{ limit: 'audio loss', allowed: 1 }]);
    });

    it('allows what is lost on either way, and does not judge what a cap makes of it', () => {
      expect(limitsBetween(office, mobile).audioLossPercent).toBeCloseTo(3.5);
      expect(limitsBetween(mobile, office).audioLossPercent).toBeCloseTo(3.5);
      const capped = limitsBetween(office, group('modem', { capBps: 56_000 }));
      expect(capped).toMatchObject({ audioLossPercent: undefined, delayP99Ms: 50 });
    });

    it('judges those without one as strictly as ever, and says which way it was', () => {
      const groups = [office, mobile].map((each) => ({
        ...each,
        clients: 1,
        lostPercent: { up: 0, down: 0 },
        heldMs: { up: undefined, down: undefined },
      }));
      const way = (from: GroupProfile, to: GroupProfile) => ({
        from: from.name,
        to: to.name,
        audio: { ...good.audio, lossPercent: 2 },
        video: good.video,
        audioGaps: 0,
        freezes: 0,
        listeners: 1,
        views: 1,
        limits: limitsBetween(from, to),
      });
      const mixed = (...ways: StepReport['ways']) => named('2 people', { ...lossy, groups, ways });
      expect(mixed(way(office, mobile), way(mobile, office)).violations).toEqual([]);
      expect(mixed(way(office, mobile), way(office, office)).violations).toMatchObject([
        { limit: 'audio loss from office to office', measured: 2, allowed: 0.5 },
      ]);
    });

    it('judges a run of clients that are alike by their network, else by the usual limits', () => {
      const stated = { limits: { delayP99Ms: 80 } };
      expect(usualLimits([mobile], stated).audioLossPercent).toBeGreaterThan(5);
      expect(usualLimits([office, mobile], stated)).toEqual({ ...defaultLimits, delayP99Ms: 80 });
    });
  });
});

describe('a delay', () => {
  const slow = { count: 99, p50: 9, p95: 40, p99: 60, p999: 70, max: 80 };
  const late = { audio: { ...good.audio, delayMs: slow } };

  it('is held against the bridge less what packets take past it', () => {
    expect(named('2 people', late).violations).toMatchObject([{ limit: 'added audio delay p99' }]);
    const own = { generator: { ...good.generator, ownDelayMs: { ...slow, p99: 15 } } };
    expect(named('2 people', { ...late, ...own }).violations).toEqual([]);
  });
});

describe('disturbances', () => {
  const quiet = {
    otherCores: 0.1,
    ownCores: 1,
    generatorCores: 0.5,
    bridgeBusiestPercent: 8,
    bridgeWaitedPercent: 9,
  };

  it('are others that had the processors while the bridge waited for one', () => {
    expect(disturbances(quiet)).toEqual([]);
    expect(disturbances({ ...quiet, otherCores: 1.3 }).join()).toContain('other programs used 1.3');
    expect(disturbances({ ...quiet, otherCores: 20, bridgeWaitedPercent: 1 })).toEqual([]);
    const elsewhere = { ...quiet, otherCores: 2, bridgeWaitedPercent: undefined };
    expect(disturbances(elsewhere)).toEqual([]);
  });

  it('are a generator on the same machine, unless the bridge is near a limit of its own', () => {
    const shared = { ...quiet, otherCores: 0, generatorCores: 0.84 };
    expect(disturbances(shared).join()).toContain('the generator used 0.84 cores of it');
    expect(disturbances({ ...shared, bridgeBusiestPercent: 90 })).toEqual([]);
    expect(disturbances({ ...shared, bridgeWaitedPercent: 4 })).toEqual([]);
  });

  it('are no verdict on the bridge', () => {
    const disturbed = { ...lossy, disturbances: ['other programs used 2 cores'] };
    expect(verdictOf([named('2 people', disturbed)], balanced, planned)).toMatchObject({
      result: 'INVALID',
      brokeFirst: 'this machine was not free at 2 people: other programs used 2 cores',
    });
  });
});

describe('generatorFaults', () => {
  const healthy = {
    cpuPercent: [40],
    busiestThreadPercent: undefined,
    latenessMs: undefined,
    stallMs: undefined,
    ownDelayMs: { count: 9, p50: 0.1, p95: 1, p99: 2, p999: 3, max: 3 },
    ownLossPercent: 0,
    socketDrops: 0,
  };

  it('trusts a generator that keeps up', () => {
    expect(generatorFaults(healthy)).toEqual([]);
  });

  it.each([
    [{ cpuPercent: [30, 97] }, '97 %'],
    [{ busiestThreadPercent: 91 }, '91 %'],
    [{ ownDelayMs: { count: 9, p50: 1, p95: 9, p99: 31, p999: 40, max: 41 } }, 'took 31 ms (p99)'],
    [{ ownDelayMs: undefined }, 'could not reach each other'],
    [{ ownLossPercent: 6.5 }, '6.5 %'],
    [{ socketDrops: 12 }, 'dropped 12'],
    [{ latenessMs: { count: 9, p50: 1, p95: 2, p99: 60, p999: 80, max: 90 } }, '60 ms'],
    [{ latenessMs: { count: 9, p50: 1, p95: 2, p99: 3, p999: 80, max: 1200 } }, '1200 ms'],
    [{ stallMs: { count: 1, p50: 700, p95: 700, p99: 700, p999: 700, max: 700 } }, '700 ms'],
  ])('does not trust %j', (change, reason) => {
    expect(generatorFaults({ ...healthy, ...change }).join()).toContain(reason);
  });

  it('trusts a process whose threads share its work, and one that has nothing against it', () => {
    expect(generatorFaults({ ...healthy, cpuPercent: [130], busiestThreadPercent: 70 })).toEqual(
      [],
    );
    expect(generatorFaults(healthy)).toEqual([]);
  });
});

describe('arguments', () => {
  it.each([
    [['quick', '--url', 'http://192.0.2.1:8080/'], 'not this machine'],
    [['chaos'], '--run'],
    [[], 'say what to do'],
    [['dance'], 'there is no mode "dance"'],
    [['sook'], 'did you mean soak?'],
    [['step', 'meeting'], '"meeting" is too much'],
    [['step', '--size', '4'], 'did you mean --sizes?'],
    [['step', '--scenario', 'webinars'], 'did you mean webinar?'],
    [['step', '--churn', '4'], 'it is for soak'],
    [['step', '--sizes', '4,2'], 'must rise'],
    [['step', '--scenario', 'party'], 'no scenario'],
    [['step', '--codec', 'H261'], '--codec'],
    [['step', '--json', '/nowhere/report.json'], '--json'],
    [['step', '--loss', '101'], 'percentage'],
    [['step', '--settle', '-1'], '--settle'],
    [['step', '--last-n', '1.5'], 'whole numbers'],
    [['step', '--step-seconds', '0'], 'at least 1'],
    [['step', '--xmpp', 'http://127.0.0.1:80', '--domain', 'meet.test'], 'xmpp://'],
    [['compare', 'a.json'], 'two reports'],
    [['step', '--nonsense'], 'nonsense'],
    [['step', '-v'], 'there is no option -v'],
    [['step', '--url', '127.0.0.1:8080'], 'did you mean http://127.0.0.1:8080?'],
    [['step', '--url', 'localhost:8080'], 'did you mean http://localhost:8080?'],
    [['step', '--domain', 'meet.test'], '--xmpp'],
    [['soak', '--duration', '10'], 'no room for one step, which takes 26 s'],
    [['step', '--scenario', './nowhere.yaml'], './nowhere.yaml cannot be read'],
    [['step', '--scenario', './party.txt'], '.yaml, .json, .mjs'],
  ])('refuses %j', async (argv, reason) => {
    await expect(readArguments(argv)).rejects.toThrow(reason);
  });

  it('prints help where asked, of one mode what means something to it', async () => {
    const print = async (...argv: readonly string[]) => {
      const read = await readArguments(argv);
      return read.command === 'print' ? read.text : '';
    };
    expect(await print('--help')).toContain('usage: trestle-load MODE');
    expect(await print('-h')).toBe(await print('--help'));
    expect(await print('soak', '--help')).toContain('--churn N');
    expect(await print('soak', '--help')).not.toContain('--run');
    expect(await print('compare', '--help')).toContain('BEFORE.json');
    expect(await print('--version')).toBe('1.2.3');
    for (const line of (await print('--help')).split('\n')) expect(line.length).toBeLessThan(120);
  });

  it('takes this machine at once, others with the word of their owner', async () => {
    for (const url of ['http://127.0.0.5:8080/', 'http://localhost:8080/', 'http://[::1]:8080/']) {
      expect(await readArguments(['quick', '--url', url])).toMatchObject({ url: new URL(url) });
    }
    const owned = ['quick', '--url', 'http://192.0.2.1:8080/', '--i-own-this-host'];
    expect(await readArguments(owned)).toMatchObject({ command: 'quick' });
  });
});
