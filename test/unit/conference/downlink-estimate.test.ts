// allocation.md §1.8, and what this bridge adds: it does not follow congestion control in its search for the limit.
import { describe, expect, it } from 'vitest';
import { defaultConferenceConfig } from '../../../src/conference/conference-config.ts';
import { DownlinkEstimate } from '../../../src/conference/downlink-estimate.ts';

const { estimate: config } = defaultConferenceConfig;
const of = (settings: Partial<typeof config> = {}) =>
  new DownlinkEstimate({ ...config, ...settings });

/** What is used after each of these, one a second. */
function used(reports: readonly number[], settings: Partial<typeof config> = {}): number[] {
  const estimate = of(settings);
  return reports.map((bps, second) => {
    estimate.report(bps, second * 1000);
    return estimate.available(-1, true).bps;
  });
}

describe('an estimate', () => {
  it('is used when it differs by more than 15 % from the one in use', () => {
    expect(used([1000, 1150, 1151, 1300, 1000, 978])).toEqual([1000, 1000, 1151, 1151, 1151, 978]);
  });

  it('that rises soon after a fall is used only if it rises by more than half', () => {
    const sawtooth = [1000, 800, 850, 900, 950, 1000, 800, 850, 900, 950, 1000];
    expect(used([...sawtooth, ...sawtooth])).toEqual([1000, ...Array<number>(21).fill(800)]);
    expect(used([1000, 800, 1200, 1201])).toEqual([1000, 800, 800, 1201]);
  });

  it('that rises ten seconds after the last fall is used again', () => {
    const reports = [1000, 800, ...Array<number>(10).fill(950)];
    expect(used(reports).slice(-2)).toEqual([800, 950]);
  });

  it('that falls is followed at once', () => {
    expect(used([1000, 800, 600, 500])).toEqual([1000, 800, 600, 500]);
  });

  it('is ignored at first where the operator wants it', () => {
    expect(used([100, 100, 500], { initialIgnorePeriodMs: 2_000 })).toEqual([
      Infinity,
      Infinity,
      500,
    ]);
  });
});

describe('what there is to distribute', () => {
  const available = (settings: Partial<typeof config>, assumedBps: number, adaptive = true) => {
    const estimate = of(settings);
    estimate.report(1000, 0);
    return estimate.available(assumedBps, adaptive);
  };

  it('is the receiver’s word where it may give one, up to what the operator allows', () => {
    const settings = { assumedBandwidthLimitBps: 500 };
    expect(available(settings, 400)).toEqual({ bps: 400, basis: 'assumed' });
    expect(available(settings, 900)).toEqual({ bps: 500, basis: 'assumed' });
    expect(available(settings, -1)).toEqual({ bps: 1000, basis: 'estimate' });
    expect(available({}, 400)).toEqual({ bps: 1000, basis: 'estimate' });
  });

  it('is anything where the estimate is not trusted or means nothing', () => {
    expect(available({ trustBwe: false }, -1)).toEqual({ bps: Infinity, basis: 'not-trusted' });
    expect(available({}, -1, false)).toEqual({ bps: Infinity, basis: 'no-rtx' });
  });

  it('is anything before the first estimate', () => {
    expect(of().available(-1, true)).toEqual({ bps: Infinity, basis: 'no-estimate' });
  });
});
