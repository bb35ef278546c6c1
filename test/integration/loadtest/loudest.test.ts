import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';

const everybodyTalks = `
sizes: [8]
joinsPerSecond: 25
clients:
  - { microphone: endless, camera: false, view: none }
`;

describe('trestle-load against a bridge that sends the loudest only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loudest-'));
  let bridge: BridgeProcess;
  beforeAll(async () => {
    const loudest = '{ route-loudest-only = true, num-loudest = 1, always-route-dominant = false }';
    bridge = await BridgeProcess.start({ config: `videobridge.loudest ${loudest}` });
  });
  afterAll(async () => {
    await bridge.stop();
    rmSync(folder, { recursive: true });
  });

  it('does not miss the voices it leaves out, when it was told so', async () => {
    const scenario = join(folder, 'everybody-talks.yaml');
    writeFileSync(scenario, everybodyTalks);
    const load = ['--url', bridge.restUrl, '--scenario', scenario, '--step-seconds', '4'];
    const [told, untold] = await Promise.all(
      [['--loudest', '1'], []].map((more) => runTrestleLoad(['step', ...load, ...more])),
    );
    const limitsOf = ({ report }: NonNullable<typeof told>) =>
      report.steps[0]!.violations.map(({ limit }) => limit);
    expect(limitsOf(untold!)).toContain('voices not heard');
    for (const limit of ['voices not heard', 'audio gaps', 'audio loss']) {
      expect(limitsOf(told!)).not.toContain(limit);
    }
    const { steps, conservation, limits } = told!.report;
    expect(steps[0]).toMatchObject({ pairs: { voices: 0 }, deaf: 0, joins: { failed: 0 } });
    expect(limits.audioGapsPerMinute).toBeUndefined();
    expect(conservation).toMatchObject({ notes: [], rows: [{ kind: 'audio', missing: 0 }, {}] });
    expect(conservation.rows[0]!.withheld).toBeGreaterThan(100);
  });
});
