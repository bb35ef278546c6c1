import { bench, describe } from 'vitest';
import { allocate } from '../../src/allocation/allocate.ts';
import type { AllocationSnapshot } from '../../src/allocation/allocation.ts';
import { endpointId, sourceName } from '../../src/model/ids.ts';
import type { Layer } from '../../src/model/layer.ts';

/** Three simulcast encodings of three temporal layers, as a Chromium camera sends VP8. */
const cameraLayers: readonly Layer[] = [180, 360, 720].flatMap((height, encoding) =>
  [7.5, 15, 30].map((frameRate, temporal) => ({
    index: { encoding, spatial: 0, temporal },
    height,
    frameRate,
    bitrateBps: (height / 180) ** 2 * 50_000 * (temporal + 1),
  })),
);

function snapshot(sources: number, onStage: boolean): AllocationSnapshot {
  const names = Array.from({ length: sources }, (_, index) => sourceName(`${index}-v0`));
  const [first] = names;
  return {
    config: {
      onstagePreferredHeightPx: 360,
      onstagePreferredFramerate: 30,
      allowOversendOnstage: true,
      maxOversendBps: 500_000,
    },
    settings: {
      lastN: -1,
      selectedSources: [],
      onStageSources: onStage && first !== undefined ? [first] : [],
      defaultConstraints: { maxHeight: 180, maxFrameRate: -1 },
      constraints: new Map(),
      assumedBandwidthBps: -1,
    },
    sources: names.map((name, index) => ({
      name,
      owner: endpointId(String(index)),
      videoType: 'camera',
      layers: cameraLayers,
    })),
    lastNLimits: [50],
    availableBps: 5_000_000,
  };
}

describe('allocate', () => {
  for (const [sources, onStage] of [
    [5, true],
    [20, false],
    [100, true],
    [100, false],
  ] as const) {
    const input = snapshot(sources, onStage);
    bench(`${sources} sources, ${onStage ? 'stage' : 'tile'} view`, () => {
      allocate(input);
    });
  }
});
