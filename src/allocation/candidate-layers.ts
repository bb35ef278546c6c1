import type { Layer } from '../model/layer.ts';
import type { AllocatableSource, AllocationConfig } from './allocation.ts';

/** The layers worth considering for a source, in ascending quality; indexes are -1 where there is none. */
export type CandidateLayers = {
  readonly layers: readonly Layer[];
  /** Up to here an on-stage source is served before anybody else gets anything. */
  readonly preferred: number;
  /** Up to here an on-stage screen share may exceed the estimate. */
  readonly oversend: number;
};

export type LayerWish = {
  /** Effective limit, pixels of the smaller side; -1 = no limit, 0 = nothing. */
  readonly maxHeight: number;
  readonly onStage: boolean;
};

const none: CandidateLayers = { layers: [], preferred: -1, oversend: -1 };

/** A receiver that asks for no more than a thumbnail has no preferred point: every frame rate will do. */
const thumbnailHeightPx = 180;

/** Chooses the layers a source may be sent at (allocation.md §1.4). */
export function candidateLayers(
  source: Pick<AllocatableSource, 'videoType' | 'layers'>,
  wish: LayerWish,
  config: AllocationConfig,
): CandidateLayers {
  if (wish.maxHeight === 0 || source.layers.length === 0) return none;
  switch (source.videoType) {
    case 'camera':
      return cameraLayers(source.layers, wish.maxHeight, config);
    case 'desktop':
    case 'desktop_high_fps':
      return screenShareLayers(source.layers, wish, config);
    case 'none':
    case 'disabled':
      return none;
  }
}

/** Below the preferred height every layer counts; from it on only full frame rate does. Constraints are soft but for 0. */
function cameraLayers(
  layers: readonly Layer[],
  maxHeight: number,
  config: AllocationConfig,
): CandidateLayers {
  const lowest = Math.min(...layers.map((layer) => layer.height));
  const hasPreferredPoint = maxHeight < 0 || maxHeight > thumbnailHeightPx;
  const preferredHeight = hasPreferredPoint ? config.onstagePreferredHeightPx : -1;
  const neededRate = hasPreferredPoint
    ? attainableRate(layers, config.onstagePreferredFramerate)
    : -1;
  const wanted = layers.filter(
    ({ height, frameRate }) =>
      height < preferredHeight ||
      height === lowest ||
      (withinHeight(height, maxHeight) && (frameRate < 0 || frameRate >= neededRate)),
  );
  const candidates = activeOrAll(wanted, layers);
  const preferred = candidates.findLastIndex(
    (layer) => layer.height <= Math.max(preferredHeight, lowest),
  );
  return { layers: candidates, preferred, oversend: -1 };
}

/** Resolution before frame rate: on stage the highest layer is the preferred one, and it may be oversent. */
function screenShareLayers(
  layers: readonly Layer[],
  wish: LayerWish,
  config: AllocationConfig,
): CandidateLayers {
  const active = activeOrAll(layers, layers);
  let candidates = active.filter((layer) => withinHeight(layer.height, wish.maxHeight));
  if (candidates.length === 0) {
    const lowest = Math.min(...active.map((layer) => layer.height));
    candidates = active.filter((layer) => layer.height === lowest);
    // Equal heights without a frame rate are VP9 quality layers: a thumbnail needs only the first.
    if (!wish.onStage && candidates[0] && candidates[0].frameRate < 0) {
      candidates = candidates.slice(0, 1);
    }
  }
  const mayOversend = wish.onStage && config.allowOversendOnstage;
  return {
    layers: candidates,
    preferred: candidates.length - 1,
    oversend: mayOversend ? cheapestOfGreatestHeight(candidates) : -1,
  };
}

/** Layers nothing arrives on are left out, unless that is all of them: then the source has only just started. */
function activeOrAll(chosen: readonly Layer[], all: readonly Layer[]): readonly Layer[] {
  const anyActive = all.some((layer) => layer.bitrateBps > 0);
  return anyActive ? chosen.filter((layer) => layer.bitrateBps > 0) : chosen;
}

function attainableRate(layers: readonly Layer[], preferredRate: number): number {
  const highest = Math.max(...layers.map((layer) => layer.frameRate));
  return highest > 0 ? Math.min(highest, preferredRate) : preferredRate;
}

function withinHeight(height: number, maxHeight: number): boolean {
  return maxHeight < 0 || height <= maxHeight;
}

function cheapestOfGreatestHeight(layers: readonly Layer[]): number {
  let best = -1;
  layers.forEach((layer, index) => {
    const other = layers[best];
    const better =
      !other ||
      layer.height > other.height ||
      (layer.height === other.height && layer.bitrateBps < other.bitrateBps);
    if (better) best = index;
  });
  return best;
}
