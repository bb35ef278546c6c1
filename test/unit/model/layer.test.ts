import { expect, it } from 'vitest';
import { sameLayer } from '../../../src/model/layer.ts';
import { isVideoEnabled, videoTypes } from '../../../src/model/source.ts';

it('tells layers apart by each of their indexes', () => {
  const layer = { encoding: 1, spatial: 2, temporal: 0 };
  expect(sameLayer(layer, { ...layer })).toBe(true);
  expect(sameLayer(undefined, undefined)).toBe(true);
  expect(sameLayer(layer, undefined)).toBe(false);
  for (const index of ['encoding', 'spatial', 'temporal'] as const) {
    expect(sameLayer(layer, { ...layer, [index]: 3 })).toBe(false);
  }
});

it('takes none and disabled for types that send nothing', () => {
  expect(videoTypes.filter(isVideoEnabled)).toEqual(['camera', 'desktop', 'desktop_high_fps']);
});
