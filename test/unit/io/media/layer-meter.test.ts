import { describe, expect, it } from 'vitest';
import { LayerMeter, type StreamSample } from '../../../../src/io/media/layer-meter.ts';
import { ssrc } from '../../../../src/model/ids.ts';

const encodings = [1, 2, 3].map((value) => ({ ssrc: ssrc(value) }));

function sample(
  ofSsrc: number,
  packetCount: number,
  bitrateByLayer: Record<string, number> = {},
): StreamSample {
  return { ssrc: ofSsrc, packetCount, bitrate: 100_000, bitrateByLayer };
}

const temporal = { '0.0': 40_000, '0.1': 60_000, '0.2': 100_000 };

describe('LayerMeter with simulcast', () => {
  it('finds the temporal layers of each encoding, in ascending quality', () => {
    const meter = new LayerMeter(encodings, false);
    expect(meter.take([sample(2, 10, temporal), sample(1, 10, temporal)])).toBe(true);
    expect(
      meter.layers.map(({ index, height, frameRate, bitrateBps }) => [
        index.encoding,
        index.temporal,
        height,
        frameRate,
        bitrateBps,
      ]),
    ).toEqual([
      [0, 0, 180, 7.5, 40_000],
      [0, 1, 180, 15, 60_000],
      [0, 2, 180, 30, 100_000],
      [1, 0, 360, 7.5, 40_000],
      [1, 1, 360, 15, 60_000],
      [1, 2, 360, 30, 100_000],
    ]);
  });

  it('takes a stream without known temporal layers as one layer at full rate', () => {
    const meter = new LayerMeter(encodings, false);
    meter.take([sample(3, 10, { '0.0': 0, '0.1': 0 })]);
    expect(meter.layers).toEqual([
      {
        index: { encoding: 2, spatial: 0, temporal: 0 },
        height: 720,
        frameRate: 30,
        bitrateBps: 100_000,
      },
    ]);
  });

  it('drops an encoding whose packet count stands still, whatever its average rate says', () => {
    const meter = new LayerMeter(encodings, false);
    meter.take([sample(1, 10), sample(2, 10)]);
    expect(meter.take([sample(1, 20), sample(2, 10)])).toBe(true);
    expect(meter.layers.map(({ index }) => index.encoding)).toEqual([0]);
  });

  it('drops an encoding the worker calls silent at once', () => {
    const meter = new LayerMeter(encodings, false);
    meter.take([sample(1, 10), sample(2, 10)]);
    expect(meter.silence(2)).toBe(true);
    expect(meter.silence(2)).toBe(false);
    expect(meter.silence(99)).toBe(false);
    expect(meter.layers.map(({ index }) => index.encoding)).toEqual([0]);
  });

  it('tells small changes of rate from large ones', () => {
    const meter = new LayerMeter(encodings, false);
    meter.take([sample(1, 10, { '0.0': 100_000 })]);
    expect(meter.take([sample(1, 20, { '0.0': 109_000 })])).toBe(false);
    expect(meter.take([sample(1, 30, { '0.0': 111_000 })])).toBe(true);
  });

  it('goes on from the layers of a former codec and corrects them with the first sample', () => {
    const former = new LayerMeter(encodings, true);
    former.take([sample(1, 10, { '0.0': 50_000 })]);
    const meter = new LayerMeter(encodings, false, former.layers);
    expect(meter.layers).toEqual(former.layers);
    expect(meter.take([])).toBe(true);
    expect(meter.layers).toEqual([]);
  });

  it('ends with nothing when cleared, or never fed', () => {
    const meter = new LayerMeter(encodings, false);
    expect(meter.clear()).toBe(false);
    meter.take([sample(1, 10)]);
    expect(meter.clear()).toBe(true);
    expect(meter.layers).toEqual([]);
  });
});

describe('LayerMeter with SVC', () => {
  it('counts each spatial layer without those below, which K-SVC does not send along', () => {
    const meter = new LayerMeter(encodings, true);
    meter.take([
      sample(1, 10, { '0.0': 50_000, '0.1': 80_000, '1.0': 230_000, '1.1': 330_000, '2.0': 0 }),
    ]);
    expect(
      meter.layers.map(({ index, height, bitrateBps }) => [
        index.spatial,
        index.temporal,
        height,
        bitrateBps,
      ]),
    ).toEqual([
      [0, 0, 180, 50_000],
      [0, 1, 180, 80_000],
      [1, 0, 360, 150_000],
      [1, 1, 360, 250_000],
    ]);
  });

  it('has one layer while no descriptor is understood', () => {
    const meter = new LayerMeter(encodings, true);
    meter.take([sample(1, 10)]);
    expect(meter.layers).toHaveLength(1);
  });
});
