import type { SourceName } from './ids.ts';

/** What a receiver wants of one video source at most. `maxHeight` in pixels of the smaller side: -1 = no limit, 0 = never. */
export type VideoConstraints = { readonly maxHeight: number; readonly maxFrameRate: number };

/** Everything a receiver told about the video it wants (bridge-channel.md §2.9), all fields filled in. */
export type ReceiverSettings = {
  /** Most sources to send: -1 = no limit. */
  readonly lastN: number;
  /** In the receiver's order of preference, after the on-stage ones. */
  readonly selectedSources: readonly SourceName[];
  readonly onStageSources: readonly SourceName[];
  readonly defaultConstraints: VideoConstraints;
  readonly constraints: ReadonlyMap<SourceName, VideoConstraints>;
  /** Overrides the estimate if the bridge allows it, bit/s; -1 = not set. */
  readonly assumedBandwidthBps: number;
};
