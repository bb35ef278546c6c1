import type { ReceiverSettings } from '../model/constraints.ts';
import { isVideoEnabled } from '../model/source.ts';
import type { AllocatableSource } from './allocation.ts';

/**
 * Orders sources for one receiver (allocation.md §1.2): those it put on stage, those it selected, the others by
 * speech activity, and last those that send nothing, even if selected.
 */
export function prioritize(
  sources: readonly AllocatableSource[],
  settings: Pick<ReceiverSettings, 'onStageSources' | 'selectedSources'>,
): AllocatableSource[] {
  const enabled = new Map<string, AllocatableSource>();
  const disabled: AllocatableSource[] = [];
  for (const source of sources) {
    if (isVideoEnabled(source.videoType)) enabled.set(source.name, source);
    else disabled.push(source);
  }
  const chosen = new Set<AllocatableSource>();
  for (const name of [...settings.onStageSources, ...settings.selectedSources]) {
    const source = enabled.get(name);
    if (source) chosen.add(source); // a set keeps the first place of a source named twice
  }
  const others = [...enabled.values()].filter((source) => !chosen.has(source));
  return [...chosen, ...others, ...disabled];
}
