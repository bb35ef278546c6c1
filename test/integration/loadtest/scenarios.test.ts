import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Percentiles, StepReport } from '../../../loadtest/report/report.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';

// The other bundled scenarios, and VP8, are in quick.test.ts.
describe('trestle-load against this bridge with', { timeout: 120_000 }, () => {
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
  });

  async function measured(...args: readonly string[]) {
    const where = ['--url', bridge.restUrl, '--step-seconds', '4'];
    const { report } = await runTrestleLoad(['step', ...where, ...args]);
    expect(report.conservation.notes).toEqual([]);
    const [step] = report.steps;
    expect(step).toMatchObject({ joins: { failed: 0 }, deaf: 0, blind: 0, cutOff: { clients: 0 } });
    return { report, step: step! };
  }

  it.concurrent(
    'many-rooms in VP9 from two processes hears everybody and sees two across them',
    async () => {
      const load = '--scenario many-rooms --codec VP9 --sizes 2 --processes 2 --last-n 2';
      const { report, step } = await measured(...load.split(' '));
      expect(step).toMatchObject({ participants: 8, rooms: 2, joins: { attempted: 8 } });
      // Members of a room are in both processes, in turn. Who spoke is chance.
      expect(step.generator.cpuPercent).toHaveLength(2);
      expect(step.pairs).toMatchObject({ unheard: 0, views: 16, unseen: 0 });
      expect(step.pairs.voices % 3).toBe(0);
      for (const { kind, delivered, missing } of report.conservation.rows) {
        expect([kind, missing]).toEqual([kind, 0]);
        expect(delivered).toBeGreaterThan(500);
      }
      // Sent in one process and received in the other, half of them.
      for (const { delayMs } of [step.audio, step.video]) expect(delayMs!.p50).toBeLessThan(500);
      expectVideo(step);
    },
  );

  it.concurrent('webinar in AV1 shows the speaker to everybody', async () => {
    const { step } = await measured('--scenario', 'webinar', '--codec', 'AV1', '--sizes', '3');
    expect(step).toMatchObject({ name: 'a webinar with 3 viewers', participants: 4 });
    expect(step.pairs).toEqual({ voices: 3, unheard: 0, views: 3, unseen: 0 });
    // It has no camera to look at itself.
    expect(step.joins.firstVideoMs!.count).toBe(3);
    expectVideo(step);
  });
});

/** What only video has. */
function expectVideo({ video, keyFrameWaitMs, deliveredMbps, offeredMbps }: StepReport): void {
  expect(video.deliveredPerSecond).toBeGreaterThan(30);
  expect(isSpread(keyFrameWaitMs)).toBe(true);
  expect(offeredMbps).toBeGreaterThan(0.1);
  expect(deliveredMbps).toBeGreaterThan(0.1);
}

function isSpread(value: Percentiles | undefined): boolean {
  if (!value) return false;
  const { p50, p95, p99, p999, max } = value;
  return p50 <= p95 && p95 <= p99 && p99 <= p999 && p999 <= max;
}
