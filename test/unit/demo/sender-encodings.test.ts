import { describe, expect, it } from 'vitest';
import { encodingSettings, type SenderOptions } from '../../../demo/page/call/sender-encodings.ts';

const camera: SenderOptions = {
  encodings: 3,
  codec: 'VP8',
  captureHeightPx: 720,
  maxHeight: -1,
  scalable: true,
};

const active = (options: Partial<SenderOptions>): boolean[] =>
  encodingSettings({ ...camera, ...options }).map((setting) => setting.active);

describe('sender constraints', () => {
  it.each([
    [-1, [true, true, true]],
    [720, [true, true, true]],
    [360, [true, true, false]],
    [180, [true, false, false]],
    [90, [true, false, false]],
    [0, [false, false, false]],
  ])('simulcast with at most %i pixels', (maxHeight, expected) => {
    expect(active({ maxHeight })).toEqual(expected);
  });

  it('scales a single stream to what is wanted', () => {
    expect(encodingSettings({ ...camera, encodings: 1, maxHeight: 180 })).toEqual([
      { active: true, scaleResolutionDownBy: 4, maxBitrate: 1_500_000 },
    ]);
    expect(active({ encodings: 1, maxHeight: 0 })).toEqual([false]);
  });

  it('asks for less bit rate for a smaller picture', () => {
    const rates = encodingSettings({ ...camera, captureHeightPx: 180 }).map(
      (each) => each.maxBitrate,
    );
    expect(rates).toEqual([25_000, 62_500, 187_500]);
  });

  it('sends one scalable stream on the first SSRC with VP9 and AV1', () => {
    const settings = encodingSettings({ ...camera, codec: 'VP9', maxHeight: 360 });
    expect(settings.map((setting) => setting.active)).toEqual([true, false, false]);
    expect(settings[0]).toMatchObject({ scalabilityMode: 'L3T3_KEY', scaleResolutionDownBy: 2 });
    expect(active({ codec: 'AV1', maxHeight: 0 })).toEqual([false, false, false]);
  });
});
