import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { isRtp, startFlawedBridge } from '../../support/flawed-bridge.ts';
import { runTrestleLoad, runUntil } from '../../support/run-trestle-load.ts';

/** Of all limits only loss is judged, which a busy machine does not make. */
const lossOnly = `
sizes: [1, 3, 5]
step: '{size} listeners'
joinsPerSecond: 25
clients:
  - { name: speaker, count: 1, microphone: endless, camera: false, view: none }
  - { name: listeners, microphone: none, camera: false, view: none }
limits:
  audioLossPercent: 5
  delayP99Ms: null
  audioGapsPerMinute: null
  firstAudioP95Ms: null
`;

describe('the modes of trestle-load', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'modes-'));
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
    rmSync(folder, { recursive: true });
  });

  it('step climbs to the size that breaks a limit, and no further', async () => {
    const scenario = join(folder, 'loss.yaml');
    writeFileSync(scenario, lossOnly);
    let links = 0;
    const flawed = await startFlawedBridge(bridge, ({ down }) => {
      // Speaker and first listener are spared; of what comes to the others every fifth packet is lost.
      if (links++ % 4 < 2) return;
      let packets = 0;
      down.drops = (datagram) => isRtp(datagram) && packets++ % 5 === 0;
    });
    const size = ['--scenario', scenario, '--settle', '1', '--step-seconds', '4'];
    const { code, report, output } = await runUntil(
      ({ verdict }) => verdict.result === 'FAIL',
      ['step', '--url', flawed.url, ...size],
    );
    flawed.close();
    const names = report.steps.map(({ name }) => name);
    expect(names).not.toContain('5 listeners');
    if (report.verdict.result !== 'FAIL') {
      // Others had this machine three times: then it says so, and at which size, and blames no bridge.
      expect(report.verdict.headline).toMatch(
        /(?:the generator itself was too slow|this machine was not free) at [13] listeners: /,
      );
      return;
    }
    expect(names).toEqual(['1 listeners', '3 listeners']);
    expect(report.verdict).toMatchObject({ result: 'FAIL', highestPassed: '1 listeners' });
    const { brokeFirst, headline } = report.verdict;
    // Two of three listeners lose a fifth.
    const [, lost] = /^3 listeners: audio loss ([\d.]+) %, allowed 5$/.exec(brokeFirst!)!;
    expect(Number(lost)).toBeGreaterThan(11);
    expect(Number(lost)).toBeLessThan(16);
    expect(report.conservation.notes).toEqual([]);
    expect(headline).toBe(`passed up to 1 listeners; broke first at ${brokeFirst}`);
    expect(output).toContain(`FAIL: ${headline}`);
    expect(code).toBe(1);
  });

  // These three ask nothing of how quick the machine is, and wait most of the time.
  it.concurrent('soak holds its size to the end while people come and go', async () => {
    const size = ['--scenario', 'audio', '--sizes', '1,3', '--settle', '0', '--step-seconds', '3'];
    const lasting = ['--duration', '15', '--churn', '30'];
    const { report } = await runTrestleLoad(['soak', '--url', bridge.restUrl, ...size, ...lasting]);
    expect(report).toMatchObject({ interrupted: false, broken: false });
    expect(report.findings).toEqual(['too short to see slow growth: soak for an hour']);
    expect(report.steps.length).toBeGreaterThan(1);
    expect(report.steps.map(({ name }) => name)).toEqual(
      report.steps.map((_, at) => `3 listeners, part ${at + 1}`),
    );
    const [first, ...later] = report.steps.map(({ joins }) => joins);
    expect(first).toMatchObject({ attempted: 4, failed: 0 });
    // One each two seconds, of those there are.
    const replaced = later.reduce((sum, { attempted }) => sum + attempted, 0);
    expect(replaced).toBeGreaterThan(later.length / 2);
    expect(replaced).toBeLessThan(8);
    for (const { participants, joins } of report.steps) {
      expect(participants).toBe(4);
      expect(joins.failed).toBe(0);
    }
    // Of those who left, too.
    expect(report.conservation.notes).toEqual([]);
    expect(report.conservation.rows[0]!.delivered).toBeGreaterThan(500);
  });

  it.concurrent(
    'spike goes from the smallest size to the largest and back, and says what became of delay',
    async () => {
      const size = [
        '--scenario',
        'audio',
        '--sizes',
        '1,2,6',
        '--settle',
        '0',
        '--step-seconds',
        '2',
      ];
      const { report } = await runTrestleLoad(['spike', '--url', bridge.restUrl, ...size]);
      const sizes = report.steps.map(({ name, participants, joins }) => [
        name,
        participants,
        joins.attempted - joins.failed,
      ]);
      expect(sizes).toEqual([
        ['before: 1 listeners', 2, 2],
        ['spike: 6 listeners', 7, 5],
        ['after: 1 listeners', 2, 0],
      ]);
      const [delay, gaps] = report.findings;
      expect(delay).toMatch(
        /^delay p99: [\d.]+ ms before, [\d.]+ ms in the spike, [\d.]+ ms after$/,
      );
      expect(gaps).toMatch(/^audio gaps: \d+ before, \d+ in the spike, \d+ after$/);
      expect(report.conservation.notes).toEqual([]);
    },
  );

  it('chaos measures how long a bridge that is started anew leaves people alone', async () => {
    const doomed = await BridgeProcess.start();
    const again = join(folder, 'again.conf');
    copyFileSync(doomed.configFile, again);
    const pidFile = join(folder, 'again.pid');
    const start = `${process.execPath} dist/main.js --config ${again} >/dev/null 2>&1 & echo $! >${pidFile}`;
    const size = ['--scenario', 'audio', '--sizes', '2', '--settle', '0', '--step-seconds', '2'];
    const command = ['--run', `kill -KILL $BRIDGE_PID; ${start}`];
    const { report, output } = await runTrestleLoad([
      'chaos',
      '--url',
      doomed.restUrl,
      ...size,
      ...command,
    ]);
    process.kill(Number(readFileSync(pidFile, 'utf8')));
    const names = report.steps.map(({ name }) => name);
    expect(names).toEqual(['before: 2 listeners', 'after: 2 listeners']);
    const [found] = report.findings;
    const [, seconds, how] = /: whole again (\d+) s after the command began, (.*)$/.exec(found!)!;
    expect(how).toBe('everybody was invited again; at worst 2 of 2 clients got nothing');
    // A focus notices after three.
    expect(Number(seconds)).toBeGreaterThan(2);
    expect(Number(seconds)).toBeLessThan(60);
    expect(report.steps[1]).toMatchObject({ joins: { attempted: 3, failed: 0 }, deaf: 0 });
    expect(report.steps[1]!.pairs).toMatchObject({ voices: 2, unheard: 0 });
    expect(report.conservation.wire).toBeUndefined();
    expect(output).toContain('it was started anew');
  });

  it.concurrent('chaos tests nothing where its command fails, and says so', async () => {
    const size = ['--scenario', 'audio', '--sizes', '1', '--settle', '0', '--step-seconds', '1'];
    const command = ['--run', 'echo no such unit >&2; exit 5'];
    const { code, report } = await runTrestleLoad([
      'chaos',
      '--url',
      bridge.restUrl,
      ...size,
      ...command,
    ]);
    expect(code).toBe(2);
    expect(report.verdict.headline).toMatch(
      /^nothing was tested, for the command failed: .*no such unit$/s,
    );
  });
});
