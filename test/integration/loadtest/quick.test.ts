import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withChildren } from '../../../loadtest/bridge/process-figures.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runInTerminal, runTrestleLoad } from '../../support/run-trestle-load.ts';
import { until } from '../../support/until.ts';

describe('trestle-load against this bridge', () => {
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
  });

  it.each(['websocket', 'sctp'])('accounts for every packet of quick over %s', async (channel) => {
    const url = ['--url', bridge.restUrl, '--channel', channel];
    const { report } = await runTrestleLoad([
      'quick',
      ...url,
      '--sizes',
      '3',
      '--step-seconds',
      '4',
    ]);
    expect(report.conservation.notes).toEqual([]);
    const [audio, video] = report.conservation.rows;
    expect(audio!.delivered).toBeGreaterThan(100);
    // Nothing is held back of an audio stream: three people are not too many to hear.
    expect(audio).toMatchObject({ missing: 0, withheld: 0 });
    expect(video!.delivered).toBeGreaterThan(500);
    expect(report.conservation.wire!.sentByBridge).toBeGreaterThan(500);
    const { joins, bridge: figures, generator, ...figuresOfMedia } = report.steps[0]!;
    const { jitterMs, keyFrameWaitMs, layerSwitches, layerSwitchMs } = figuresOfMedia;
    expect(joins).toMatchObject({ attempted: 3, failed: 0 });
    // Its signalling, ICE, DTLS and channel apart, and what people wait for.
    for (const part of [
      joins.signallingMs,
      joins.iceMs,
      joins.dtlsMs,
      joins.channelMs,
      joins.firstAudioMs,
      joins.firstVideoMs,
    ]) {
      expect(part!.count).toBe(3);
      expect(part!.p50).toBeLessThanOrEqual(part!.max);
    }
    expect(jitterMs!.count).toBeGreaterThan(20);
    // Each of two cameras for each of three.
    expect(keyFrameWaitMs!.count).toBeGreaterThanOrEqual(6);
    // Whether anybody had a higher layer before there were two tiles is chance.
    expect(layerSwitches).toBeGreaterThanOrEqual(layerSwitchMs?.count ?? 0);
    expect(figures.processes.length).toBeGreaterThanOrEqual(2);
    expect(figures.usPerPacket).toBeGreaterThan(0);
    expect(figures.stress).toBeGreaterThanOrEqual(0);
    expect(figures.socketDrops).toBe(0);
    expect(figures.eventLoopDelayP99Ms).toBeGreaterThanOrEqual(0);
    expect(generator.busiestThreadPercent).toBeGreaterThan(0);
    expect(generator.ownDelayMs!.count).toBeGreaterThan(100);
    expect(generator.ownLossPercent).toBeLessThan(5);
  });

  it('shows whoever watches how far it is', async () => {
    const load = ['--scenario', 'audio', '--sizes', '1,2', '--step-seconds', '2', '--settle', '0'];
    const { output } = await runInTerminal(['spike', '--url', bridge.restUrl, ...load]);
    // One line that is written again and again, and the steps above it.
    const clear = '\r\u001b[2K';
    const lines = output.split(clear).map((line) => line.trim());
    const live = lines.filter((line) => line.includes('/s, delay '));
    expect(live.length).toBeGreaterThanOrEqual(4);
    expect(live.join('\n')).toMatch(/^\d+ s, 1 of 3, before: 1 listeners: 2 clients, \d+\/s/m);
    expect(live.join('\n')).toMatch(/^\d+ s, 3 of 3, after: 1 listeners: 2 clients, \d+\/s/m);
    expect(lines.join('\n')).toMatch(/^[✓✗?] spike: 2 listeners: audio \d+\/s/m);
  });

  it("leaves the bridge's own count out where others are on it", async () => {
    const load = ['--scenario', 'audio', '--sizes', '1', '--step-seconds', '10'];
    const run = () => runTrestleLoad(['step', '--url', bridge.restUrl, ...load]);
    const reports = await Promise.all([run(), run()]);
    for (const { report, output } of reports) {
      expect(report.conservation).toMatchObject({ holds: true });
      expect(report.conservation.wire).toBeUndefined();
      expect(output).toContain('others are on this bridge');
    }
  });

  it('lets everybody of a storm join at once, whatever storm was before', async () => {
    const storm = ['--scenario', 'join-storm', '--sizes', '2,4', '--step-seconds', '2'];
    const { report } = await runTrestleLoad(['step', '--url', bridge.restUrl, ...storm]);
    expect(report.steps[0]!.joins).toMatchObject({ attempted: 7, failed: 0 });
    expect(report.conservation.notes).toEqual([]);
    // Where the machine was too busy for the first storm there is no second one.
    for (const { joins, participants } of report.steps) {
      expect(joins).toMatchObject({ attempted: participants, failed: 0 });
    }
  });

  it.each([
    { stopsMs: 700, goesMs: 300, fault: /it stood still/ },
    // Which of the two it is depends on what else the machine does.
    { stopsMs: 60, goesMs: 60, fault: /past the bridge, took|left more than 20 ms late/ },
  ])('marks a result invalid when its own process stops for $stopsMs ms', async (starving) => {
    const args = ['step', '--url', bridge.restUrl, '--scenario', 'audio', '--sizes', '2'];
    const { code, report, output } = await runTrestleLoad(
      [...args, '--step-seconds', '5'],
      async (pid) => {
        const generator = await firstChild(pid);
        // Stops and goes, as on a machine that has no time for it, until the run is over.
        while (isAlive(generator)) {
          signal(generator, 'SIGSTOP');
          await pause(starving.stopsMs);
          signal(generator, 'SIGCONT');
          await pause(starving.goesMs);
        }
      },
    );
    expect(report.verdict.result).toBe('INVALID');
    expect(report.verdict.headline).toContain('the generator itself');
    expect(report.steps[0]!.generator.faults.join()).toMatch(starving.fault);
    expect(output).toContain('INVALID');
    expect(code).toBe(2);
  });

  it('leaves nobody behind when it is interrupted, and still has a report', async () => {
    const args = ['soak', '--url', bridge.restUrl, '--sizes', '3', '--duration', '600'];
    const { code, report } = await runTrestleLoad(args, async (pid) => {
      await until(async () => ((await inRooms(bridge)) < 3 ? 'not everybody is in' : undefined));
      process.kill(pid, 'SIGINT');
    });
    expect(code).toBe(130);
    const findings = ['stopped early by SIGINT', 'too short to see slow growth: soak for an hour'];
    expect(report).toMatchObject({ interrupted: true, findings });
    await until(async () => ((await inRooms(bridge)) > 0 ? 'somebody is left' : undefined));
  });

  it('still reports the steps it has when a process of its own dies', async () => {
    const steps = ['--scenario', 'audio', '--sizes', '2,4', '--step-seconds', '3'];
    // Goes on to the next step whatever the machine made of the one before.
    const { code, report, output } = await runTrestleLoad(
      ['spike', '--url', bridge.restUrl, ...steps],
      async (pid) => {
        const isFirst = async () => (await inRooms(bridge)) < 4;
        await until(async () => ((await isFirst()) ? 'at the first step' : undefined), 40_000);
        process.kill(await firstChild(pid), 'SIGKILL');
      },
    );
    expect(code).toBe(70);
    const headline = 'the run broke: a generator process ended (SIGKILL)';
    expect(report).toMatchObject({ broken: true, verdict: { result: 'INVALID', headline } });
    expect(report.steps.map(({ name }) => name)).toHaveLength(1);
    expect(output).toContain(headline);
  });

  it('says what to choose where the bridge has no channel over WebSocket', async () => {
    const silent = await BridgeProcess.start({ config: 'videobridge.websockets.enabled = false' });
    const size = ['--sizes', '2', '--step-seconds', '1', '--settle', '0'];
    const { report } = await runTrestleLoad(['step', '--url', silent.restUrl, ...size]);
    await silent.stop();
    expect(report.steps[0]?.joins.failures.join()).toContain('choose --channel sctp');
  });

  it('says that nothing answers, and who', async () => {
    const failing = runTrestleLoad([
      'quick',
      '--url',
      'http://127.0.0.1:9/',
      '--sizes',
      '2',
      '--step-seconds',
      '1',
    ]);
    const { report } = await failing;
    expect(report.verdict.result).toBe('FAIL');
    expect(report.steps[0]?.joins.failures.join()).toContain('does not answer');
  });
});

async function inRooms({ restUrl }: BridgeProcess): Promise<number> {
  const stats = await fetch(new URL('colibri/stats', restUrl));
  return ((await stats.json()) as { participants: number }).participants;
}

async function firstChild(pid: number): Promise<number> {
  let found: number | undefined;
  await until(() => {
    [, found] = withChildren(pid);
    return found === undefined ? 'no generator process yet' : undefined;
  });
  return found!;
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
