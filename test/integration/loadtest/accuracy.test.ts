import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../loadtest/report/report.ts';
import { BridgeProcess } from '../../support/bridge/bridge-process.ts';
import type { ShapedLink } from '../../support/client/shaped-link.ts';
import { isRtp, startFlawedBridge } from '../../support/flawed-bridge.ts';
import { runTrestleLoad } from '../../support/run-trestle-load.ts';

// Over real ICE, DTLS and SRTP; the same in virtual time is test/unit/loadtest/measured-call.test.ts.
describe('trestle-load against a bridge with a known fault', () => {
  let bridge: BridgeProcess;
  beforeAll(async () => {
    bridge = await BridgeProcess.start();
  });
  afterAll(async () => {
    await bridge.stop();
  });

  const listeners = 4;

  async function measured(flaw: (link: ShapedLink) => void, seconds: number): Promise<Report> {
    const flawed = await startFlawedBridge(bridge, flaw);
    try {
      const size = ['--sizes', `${listeners}`, '--step-seconds', `${seconds}`];
      const load = ['--scenario', 'audio', ...size];
      return (await runTrestleLoad(['step', '--url', flawed.url, ...load])).report;
    } finally {
      flawed.close();
    }
  }

  it('reports 3 % lost as 3 % ± 0.3', async () => {
    const report = await measured(({ down }) => {
      let packets = 0;
      // Evenly, so that any stretch of a second has its share.
      down.drops = (datagram) => isRtp(datagram) && (packets++ * 3) % 100 < 3;
    }, 12);
    const { audio } = report.steps[0]!;
    expect(audio.deliveredPerSecond).toBeGreaterThan(150);
    expect(audio.lossPercent).toBeGreaterThan(2.7);
    expect(audio.lossPercent).toBeLessThan(3.3);
    // Lost, but accounted for.
    expect(report.conservation.notes).toEqual([]);
    const [row] = report.conservation.rows;
    expect(row).toMatchObject({ kind: 'audio', withheld: 0 });
    expect(row!.lost).toBeGreaterThan(50);
    // Nothing comes after a last packet to show that it is lost.
    expect(row!.missing).toBeLessThanOrEqual(listeners);
  });

  it('finds the one listener to whom the voice does not come', async () => {
    let links = 0;
    const report = await measured(({ down }) => {
      // The speaker's link is the first.
      if (links++ === 2) down.drops = isRtp;
    }, 4);
    const [step] = report.steps;
    expect(step!.pairs).toMatchObject({ voices: listeners, unheard: 1 });
    expect(step!.violations).toContainEqual(
      expect.objectContaining({ limit: 'voices not heard', unit: `of ${listeners}` }),
    );
  });

  it('reports 40 ms as 40 ms ± 2', async () => {
    const [without, with40] = [await delayed(0), await delayed(40)];
    // The way through this machine and what a busy one holds a link up are in both, so it is the difference that is told.
    expect(with40.linkMs).toBeGreaterThanOrEqual(40);
    const reported = with40.reportedMs - without.reportedMs;
    expect(reported - (with40.linkMs - without.linkMs)).toBeGreaterThan(-2);
    expect(reported - (with40.linkMs - without.linkMs)).toBeLessThan(2);
  });

  /** Medians: what is reported, and what the links really did. */
  async function delayed(
    delayMs: number,
  ): Promise<{ readonly reportedMs: number; readonly linkMs: number }> {
    const heldMs: number[] = [];
    const report = await measured(({ down }) => {
      down.shape({ delayMs });
      down.onDelivered = (datagram, held) => {
        if (isRtp(datagram)) heldMs.push(held);
      };
    }, 6);
    const linkMs = heldMs.sort((a, b) => a - b)[Math.floor(heldMs.length / 2)]!;
    return { reportedMs: report.steps[0]!.audio.delayMs!.p50, linkMs };
  }
});
