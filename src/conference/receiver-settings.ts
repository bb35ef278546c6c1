import type { ReceiverSettings, VideoConstraints } from '../model/constraints.ts';
import type { ReceiverSettingsUpdate } from './channel-messages.ts';

export type SettingsDefaults = {
  /** -1 = no limit. */
  readonly lastN: number;
  /** Until the receiver speaks, and for sources its first message leaves open; pixels. */
  readonly initialMaxHeight: number;
  readonly defaultMaxHeight: number;
};

/** What a receiver that has not spoken yet is taken to want. */
export function initialSettings(defaults: SettingsDefaults): ReceiverSettings {
  return {
    lastN: defaults.lastN,
    selectedSources: [],
    onStageSources: [],
    defaultConstraints: anyFrameRate(defaults.initialMaxHeight),
    constraints: new Map(),
    assumedBandwidthBps: -1,
  };
}

/** Lays an update over settings: what it does not mention stays; `constraints` is replaced whole (bridge-channel.md §2.9). */
export function mergeSettings(
  settings: ReceiverSettings,
  update: ReceiverSettingsUpdate,
): ReceiverSettings {
  return { ...settings, ...update };
}

/** The first message of a receiver: where it says nothing of a default, thumbnails are meant. */
export function firstUpdate(
  update: ReceiverSettingsUpdate,
  defaults: SettingsDefaults,
): ReceiverSettingsUpdate {
  return {
    ...update,
    defaultConstraints: update.defaultConstraints ?? anyFrameRate(defaults.defaultMaxHeight),
  };
}

export function sameSettings(a: ReceiverSettings, b: ReceiverSettings): boolean {
  return (
    a.lastN === b.lastN &&
    a.assumedBandwidthBps === b.assumedBandwidthBps &&
    sameNames(a.selectedSources, b.selectedSources) &&
    sameNames(a.onStageSources, b.onStageSources) &&
    sameConstraints(a.defaultConstraints, b.defaultConstraints) &&
    a.constraints.size === b.constraints.size &&
    [...a.constraints].every(([name, wish]) => sameConstraints(wish, b.constraints.get(name)))
  );
}

function anyFrameRate(maxHeight: number): VideoConstraints {
  return { maxHeight, maxFrameRate: -1 };
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, place) => name === b[place]);
}

function sameConstraints(a: VideoConstraints, b: VideoConstraints | undefined): boolean {
  return a.maxHeight === b?.maxHeight && a.maxFrameRate === b.maxFrameRate;
}
