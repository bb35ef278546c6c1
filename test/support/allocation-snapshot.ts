import type { AllocatableSource, AllocationSnapshot } from '../../src/allocation/allocation.ts';
import { allocate } from '../../src/allocation/allocate.ts';
import type { ReceiverSettings, VideoConstraints } from '../../src/model/constraints.ts';
import { endpointId, type SourceName, sourceName } from '../../src/model/ids.ts';
import type { Layer } from '../../src/model/layer.ts';
import type { VideoType } from '../../src/model/source.ts';
import { defaultConferenceConfig } from '../../src/conference/conference-config.ts';
import { cameraLayers } from './conference-scene.ts';

export const kbps = (bps: number) => bps * 1000;
export const height = (maxHeight: number): VideoConstraints => ({ maxHeight, maxFrameRate: -1 });

/** A source of endpoint `id`, by default a camera at 180, 360 and 720 pixels. */
export function videoSource(
  id: string,
  videoType: VideoType = 'camera',
  layers: readonly Layer[] = cameraLayers(),
): AllocatableSource {
  return { name: sourceName(`${id}-v0`), owner: endpointId(id), videoType, layers };
}

type Settings = Partial<Omit<ReceiverSettings, 'constraints'>> & {
  readonly constraints?: Readonly<Record<string, number>>;
};

export type Situation = Partial<Omit<AllocationSnapshot, 'settings'>> & {
  readonly settings?: Settings;
};

/** Four cameras A to D, a receiver that takes 180 pixels of everything, and no end of bandwidth, unless said otherwise. */
export function snapshot(situation: Situation = {}): AllocationSnapshot {
  const { settings: wish = {}, ...rest } = situation;
  const settings: ReceiverSettings = {
    lastN: -1,
    selectedSources: [],
    onStageSources: [],
    defaultConstraints: height(180),
    assumedBandwidthBps: -1,
    ...wish,
    constraints: new Map(
      Object.entries(wish.constraints ?? {}).map(([name, max]) => [sourceName(name), height(max)]),
    ),
  };
  return {
    config: defaultConferenceConfig.allocation,
    sources: ['A', 'B', 'C', 'D'].map((id) => videoSource(id)),
    lastNLimits: [],
    availableBps: Infinity,
    ...rest,
    settings,
  };
}

export const names = (...ids: string[]): SourceName[] => ids.map((id) => sourceName(`${id}-v0`));

/** What leaves, as `A 360@30`, in order of priority; `*` = oversending. */
export function picture(situation: Situation): string {
  const { sources, oversending } = allocate(snapshot(situation));
  const sent = sources.flatMap(({ owner, target }) =>
    target ? [`${owner} ${target.height}@${target.frameRate}`] : [],
  );
  return `${sent.join(', ')}${oversending ? ' *' : ''}`;
}
