import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';

const scenario = `
sizes: [4]
clients:
  - name: office
    count: 2
    microphone: endless
    camera: false
  - name: mobile
    microphone: endless
    camera: false
    network: { delayMs: 80, down: { lossPercent: 20 } }
`;

describe("trestle-load with a scenario of the user's own", () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
    rmSync(folder, { recursive: true });
  });

  it('lets only some clients lose and wait, and does not hold it against the bridge', async () => {
    const file = join(folder, 'mixed.yaml');
    writeFileSync(file, scenario);
    const load = ['step', '--url', bridge.restUrl, '--scenario', file, '--step-seconds', '5'];
    const { report } = await runTrestleLoad(load);
    expect(report).toMatchObject({ scenario: 'mixed' });
    const [step] = report.steps;
    expect(step).toMatchObject({ name: '6 people', participants: 6, joins: { failed: 0 } });
    const [office, mobile] = step!.groups;
    expect(office).toMatchObject({ name: 'office', clients: 2, lostPercent: { up: 0, down: 0 } });
    expect(office!.heldMs.down).toBeUndefined();
    expect(mobile).toMatchObject({ name: 'mobile', clients: 4, lostPercent: { up: 0 } });
    expect(mobile!.lostPercent.down).toBeGreaterThan(10);
    expect(mobile!.heldMs.up!.p50).toBeGreaterThan(79);
    expect(mobile!.heldMs.down!.p50).toBeGreaterThan(79);
    const lossOf = (from: string, to: string) =>
      step!.ways.find((way) => way.from === from && way.to === to)!.audio.lossPercent;
    for (const from of ['office', 'mobile']) {
      // Five times as much would be lost if both groups had that network.
      expect(lossOf(from, 'office')).toBeLessThan(4);
      expect(lossOf(from, 'mobile')).toBeGreaterThan(10);
      expect(lossOf(from, 'mobile')).toBeLessThan(30);
    }
    // What their own network lost is no fault of the bridge, and accounted for.
    const blamed = step!.violations.map(({ limit }) => limit);
    expect(blamed.filter((limit) => /^audio (?:loss|gaps) .* to mobile$/.test(limit))).toEqual([]);
    expect(report.conservation.notes).toEqual([]);
  });
});
