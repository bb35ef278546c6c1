import type { LimitingReason, SourceAllocation } from '../allocation/allocation.ts';
import { type Layer, type LayerIndex, sameLayer } from '../model/layer.ts';
import type { ForwardableVideo } from './forwardable.ts';

/** The first thing that keeps a receiver from being sent a video source, or better (docs/why.md). */
export type Obstacle =
  | Exclude<LimitingReason, 'video-type'>
  | 'force-muted'
  | 'sender-off'
  | 'not-asked'
  | 'refused'
  | 'no-channel'
  | 'no-ssrc-slot'
  | 'not-connected'
  | 'codec-not-offered'
  | 'sender-silent'
  | 'codec-change'
  | 'keyframe'
  | 'sender-low';

/** How one video source reaches one receiver: wanted, allowed, sent. */
export type Delivery = {
  readonly allocation: SourceAllocation;
  /** What leaves, by the worker's word; undefined = nothing, also while nothing arrives. */
  readonly sent: LayerIndex | undefined;
  /** Its height, pixels; undefined also when the layer is not known any more. */
  readonly sentHeight: number | undefined;
  readonly limitedBy: Obstacle;
};

/** What stands between a plan and its receiver. */
export type ReceiverSide = {
  /** It has said what it wants. */
  readonly spoken: boolean;
  readonly hasChannel: boolean;
  /** ICE and DTLS are up. */
  readonly connected: boolean;
  /** What it was offered, in lower case: what it can decode. */
  readonly codecs: ReadonlySet<string>;
};

export type DeliveryInput = {
  readonly allocation: SourceAllocation;
  readonly source: ForwardableVideo;
  readonly sent: LayerIndex | undefined;
  /** The plan has a stream for it. */
  readonly planned: boolean;
  readonly refused: boolean;
  readonly receiver: ReceiverSide;
  readonly nowMs: number;
};

/** A key frame in the new codec is asked for at once; one that takes longer has another reason. */
const codecChangeMs = 5_000;

export function deliveryOf(input: DeliveryInput): Delivery {
  const { allocation, sent, source } = input;
  const sentHeight = source.layers.find(({ index }) => sameLayer(index, sent))?.height;
  const limitedBy = obstacle(input, sentHeight);
  if (isSilent(source)) return { allocation, sent: undefined, sentHeight: undefined, limitedBy };
  return { allocation, sent, sentHeight, limitedBy };
}

/** The worker does not say that a layer ends with its sender's packets. */
function isSilent({ layers }: ForwardableVideo): boolean {
  return layers.every(({ bitrateBps }) => bitrateBps === 0);
}

function obstacle(input: DeliveryInput, sentHeight: number | undefined): Obstacle {
  return decided(input) ?? blocked(input) ?? underway(input, sentHeight) ?? quality(input);
}

/** What the allocator did not let pass at all. */
function decided({ allocation, source, receiver }: DeliveryInput): Obstacle | undefined {
  const { limitedBy, effectiveMaxHeight, target } = allocation;
  if (limitedBy === 'video-type') return source.forceMuted ? 'force-muted' : 'sender-off';
  if (effectiveMaxHeight === 0 && limitedBy === 'constraint') {
    return receiver.spoken ? 'constraint' : 'not-asked';
  }
  if (target) return undefined;
  return limitedBy === 'none' ? 'no-layers' : limitedBy;
}

/** What has a target and yet no way to go. */
function blocked({ planned, refused, receiver, source }: DeliveryInput): Obstacle | undefined {
  if (refused) return 'refused';
  if (!planned) return receiver.hasChannel ? 'no-ssrc-slot' : 'no-channel';
  if (!receiver.connected) return 'not-connected';
  const decodes = source.codec === undefined || receiver.codecs.has(source.codec.toLowerCase());
  return decodes ? undefined : 'codec-not-offered';
}

/** What is on its way, but not there. */
function underway(input: DeliveryInput, sentHeight: number | undefined): Obstacle | undefined {
  const { allocation, sent, source, nowMs } = input;
  // First: the layers of the new codec are known only after a while.
  if (!sent && nowMs - (source.codecChangedMs ?? -Infinity) < codecChangeMs) return 'codec-change';
  if (isSilent(source)) return 'sender-silent';
  if (!sent) return 'keyframe';
  const targetHeight = allocation.target?.height ?? 0;
  return sentHeight !== undefined && sentHeight < targetHeight ? 'keyframe' : undefined;
}

function quality({ allocation }: DeliveryInput): Obstacle {
  const { effectiveMaxHeight, ideal, limitedBy } = allocation;
  if (limitedBy === 'none' && isBelow(ideal, effectiveMaxHeight)) return 'sender-low';
  return limitedBy === 'video-type' ? 'sender-off' : limitedBy;
}

function isBelow(layer: Layer | undefined, maxHeight: number): boolean {
  // Clients write 100000 for a screen share they want whole: as good as no limit.
  return layer !== undefined && maxHeight <= 2160 && layer.height < maxHeight;
}
