// The seam of the allocator: a snapshot goes in, an allocation comes out; nothing here remembers.
import type { ReceiverSettings } from '../model/constraints.ts';
import type { EndpointId, SourceName } from '../model/ids.ts';
import type { Layer } from '../model/layer.ts';
import type { VideoType } from '../model/source.ts';

/** Bridge-wide settings of the allocator (allocation.md §1.1), JVB's names and defaults. */
export type AllocationConfig = {
  readonly onstagePreferredHeightPx: number;
  readonly onstagePreferredFramerate: number;
  readonly allowOversendOnstage: boolean;
  readonly maxOversendBps: number;
};

/** A video source a receiver could be sent. */
export type AllocatableSource = {
  readonly name: SourceName;
  readonly owner: EndpointId;
  readonly videoType: VideoType;
  /** In ascending quality. */
  readonly layers: readonly Layer[];
};

export type AllocationSnapshot = {
  readonly config: AllocationConfig;
  readonly settings: ReceiverSettings;
  /** By speech activity of their owners, in signalled order within one; without the receiver's own. */
  readonly sources: readonly AllocatableSource[];
  /** Limits on the number of sources beside the receiver's own last-n: bridge, conference size, SSRC slots. Negative = none. */
  readonly lastNLimits: readonly number[];
  /** bit/s; Infinity where the estimate is not trusted or not there. */
  readonly availableBps: number;
};

/** Why a source is not sent, or not sent better. */
export type LimitingReason =
  'none' | 'video-type' | 'last-n' | 'constraint' | 'bandwidth' | 'no-layers';

export type SourceAllocation = {
  readonly source: SourceName;
  readonly owner: EndpointId;
  /** After last-n and constraints, pixels of the smaller side; -1 = no limit, 0 = not wanted. */
  readonly effectiveMaxHeight: number;
  /** What is to be sent; undefined = nothing. */
  readonly target: Layer | undefined;
  /** What would be sent with unlimited bandwidth. */
  readonly ideal: Layer | undefined;
  readonly limitedBy: LimitingReason;
};

/** In order of priority. */
export type Allocation = {
  readonly sources: readonly SourceAllocation[];
  readonly targetBps: number;
  readonly idealBps: number;
  readonly oversending: boolean;
};
