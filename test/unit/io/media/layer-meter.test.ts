import { describe, expect, it } from 'vitest';
import { LayerMeter, type SpatialForm } from '../../../../src/io/media/layer-meter.ts';
import type { LayerSample } from '../../../../src/io/media/worker-reports.ts';
import type { Layer } from '../../../../src/model/layer.ts';

function sample(
  [encoding, spatial, temporal]: readonly [number, number, number],
  [bitrateBps, frameRate]: readonly [number, number],
  [width, height]: readonly [number, number] = [0, 0],
): LayerSample {
  const rates = { bitrateBps, frameRate };
  return { encoding, spatial, temporal, ...rates, width, height, needsLayerBelow: false };
}

/** Three temporal layers of one stream, at 30 frames a second. */
function stream(encoding: number, kbps: number, size?: readonly [number, number]): LayerSample[] {
  return [
    sample([encoding, 0, 0], [kbps * 500, 8], size),
    sample([encoding, 0, 1], [kbps * 200, 7], size),
    sample([encoding, 0, 2], [kbps * 300, 15], size),
  ];
}

function measured(form: SpatialForm, samples: readonly LayerSample[]): unknown[][] {
  const meter = new LayerMeter(form);
  meter.take(samples);
  return meter.layers.map(({ index: { encoding, spatial, temporal }, ...layer }) => [
    `${encoding}.${spatial}.${temporal}`,
    layer.height,
    layer.frameRate,
    layer.bitrateBps,
  ]);
}

describe('LayerMeter', () => {
  it('adds temporal layers to those they depend on', () => {
    expect(measured('streams', stream(1, 100, [640, 360]))).toEqual([
      ['1.0.0', 360, 7.5, 50_000],
      ['1.0.1', 360, 15, 70_000],
      ['1.0.2', 360, 30, 100_000],
    ]);
  });

  it('adds the spatial layers below only where they are sent along', () => {
    const samples = [
      sample([0, 0, 0], [50_000, 30], [320, 180]),
      sample([0, 1, 0], [150_000, 30], [640, 360]),
    ];
    expect(measured('alone', samples).map((layer) => layer[3])).toEqual([50_000, 150_000]);
    expect(measured('stacked', samples).map((layer) => layer[3])).toEqual([50_000, 200_000]);
  });

  it('takes the smaller side of a picture for its height', () => {
    expect(measured('streams', stream(0, 100, [360, 640]))[0]?.[1]).toBe(360);
  });

  it('assumes 180, 360, 720 by place while no size is known, else half or double of what is', () => {
    const heights = (form: SpatialForm, samples: readonly LayerSample[]) =>
      measured(form, samples).map((layer) => layer[1]);
    const rate = [1000, 30] as const;
    expect(heights('streams', [sample([0, 0, 0], rate), sample([2, 0, 0], rate)])).toEqual([
      180, 720,
    ]);
    expect(
      heights('stacked', [sample([0, 0, 0], rate), sample([0, 1, 0], rate, [960, 540])]),
    ).toEqual([270, 540]);
  });

  it('gives equal frame rates to layers whose counts differ by noise', () => {
    const rates = measured('streams', [
      sample([0, 0, 0], [1000, 29]),
      sample([1, 0, 0], [1000, 31]),
      sample([2, 0, 0], [1000, 16]),
    ]).map((layer) => layer[2]);
    expect(rates).toEqual([31, 31, 15.5]);
  });

  it('keeps a frame rate until it differs for sure', () => {
    const meter = new LayerMeter('streams');
    const rateAfter = (frames: number) => {
      meter.take([sample([0, 0, 0], [1000, frames])]);
      return meter.layers[0]?.frameRate;
    };
    expect([30, 28, 33, 20, 21, 5].map(rateAfter)).toEqual([30, 30, 30, 20, 20, 5]);
  });

  it('keeps the share of a temporal layer until it differs for sure', () => {
    const meter = new LayerMeter('streams');
    const rateOfLowest = (frames: number) => {
      meter.take([sample([0, 0, 0], [1000, frames]), sample([0, 0, 2], [1000, 30 - frames])]);
      return meter.layers[0]?.frameRate;
    };
    expect([8, 11, 9, 12, 14, 11, 9, 8].map(rateOfLowest)).toEqual([
      7.5, 7.5, 7.5, 7.5, 15, 15, 15, 7.5,
    ]);
  });

  it('tells of changes, not of noise', () => {
    const meter = new LayerMeter('streams');
    expect(meter.take(stream(0, 100))).toBe(true);
    expect(meter.take(stream(0, 105))).toBe(false);
    expect(meter.take(stream(0, 120))).toBe(true);
    expect(meter.take(stream(0, 120, [320, 180]))).toBe(false); // as assumed
    expect(meter.take(stream(0, 120, [160, 90]))).toBe(true);
    expect(meter.take(stream(1, 120, [160, 90]))).toBe(true);
  });

  it('ends with nothing when nothing arrives, or is let through', () => {
    const told: Layer[] = [];
    const meter = new LayerMeter('streams', told);
    expect(meter.take([])).toBe(false);
    expect(meter.clear()).toBe(false);
    meter.take(stream(0, 100));
    expect(meter.take([])).toBe(true);
    meter.take(stream(0, 100));
    expect(meter.clear()).toBe(true);
    expect(meter.layers).toEqual([]);
  });

  it('keeps the frame rate over a silence', () => {
    const meter = new LayerMeter('streams');
    meter.take(stream(0, 100));
    meter.take(stream(0, 0).map((layer) => ({ ...layer, frameRate: 0 })));
    expect(meter.layers).toEqual([]);
    meter.take(stream(0, 100).map((layer) => ({ ...layer, frameRate: layer.frameRate - 1 })));
    expect(meter.layers.map(({ frameRate }) => frameRate)).toEqual([7.5, 15, 30]);
  });

  it('goes on from what was told before its first report', () => {
    const before = new LayerMeter('streams');
    before.take(stream(0, 100));
    expect(new LayerMeter('alone', before.layers).layers).toBe(before.layers);
  });
});
