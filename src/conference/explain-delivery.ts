import type { SourceAllocation } from '../allocation/allocation.ts';
import type { Layer } from '../model/layer.ts';
import type { Delivery, Obstacle } from './delivery.ts';
import type { Bandwidth } from './downlink-estimate.ts';
import { lastNInForce, type LastNLimits } from './last-n-limits.ts';

/** What an explanation refers to beside the delivery. */
export type DeliveryContext = {
  readonly bandwidth: Bandwidth;
  readonly lastNLimits: LastNLimits | undefined;
  /** The greatest height any receiver wants of the source, as its sender was told. */
  readonly askedOfSender: number | undefined;
  readonly refusedBecause: string | undefined;
};

type Explain = (delivery: Delivery, context: DeliveryContext) => string;

/** One sentence for whoever asks why it is not more (docs/why.md). */
export const explainDelivery: Explain = (delivery, context) =>
  explanations[delivery.limitedBy](delivery, context);

const explanations: Readonly<Record<Obstacle, Explain>> = {
  none: () => 'sent as well as it arrives',
  constraint: ({ allocation }) =>
    allocation.effectiveMaxHeight === 0
      ? 'the receiver does not want it'
      : `the receiver wants no more than ${allocation.effectiveMaxHeight} px`,
  'not-asked': () => 'the receiver has not said yet what it wants',
  'last-n': (_, { lastNLimits }) => `too far down the receiver’s list: ${lastNText(lastNLimits)}`,
  bandwidth: ({ allocation }, { bandwidth }) =>
    `${bandwidthText(bandwidth)}; ${needText(allocation)}`,
  'sender-off': () => 'its owner turned it off',
  'force-muted': () => 'a moderator muted its owner’s video',
  'sender-silent': (_, { askedOfSender }) => `nothing of it arrives${askedText(askedOfSender)}`,
  'sender-low': ({ allocation }, { askedOfSender }) =>
    `its owner sends ${layerText(allocation.ideal)} at best${askedText(askedOfSender)}`,
  'no-layers': () => 'it was signalled without anything that could be sent',
  refused: (_, { refusedBecause = 'the log has the reason' }) =>
    `the media worker refused it: ${refusedBecause}`,
  'no-channel': () =>
    'the receiver has no bridge channel to be told of its SSRC by, or does not read it',
  'no-ssrc-slot': () =>
    'every SSRC slot of the receiver is in use, or changed hands less than 5 s ago',
  'not-connected': () => 'the receiver’s ICE or DTLS is down',
  'codec-not-offered': () => 'the receiver was not offered the codec it is sent in',
  'codec-change': () => 'its sender changed the codec: a key frame is awaited',
  keyframe: ({ allocation, sentHeight }) => {
    const leaves = sentHeight === undefined ? 'nothing leaves' : `${sentHeight} px leave`;
    return `a key frame of ${layerText(allocation.target)} is awaited; ${leaves} until then`;
  },
};

function lastNText(limits: LastNLimits | undefined): string {
  const inForce = limits && lastNInForce(limits);
  return inForce ? `last-n is ${inForce.lastN}, set by ${inForce.setBy}` : 'last-n';
}

function bandwidthText({ bps, basis }: Bandwidth): string {
  return `the link carries ${kilobits(bps)} (${basis})`;
}

function needText({ ideal, target }: SourceAllocation): string {
  if (!ideal) return 'nothing fits';
  const need = `${layerText(ideal)} would take ${kilobits(ideal.bitrateBps)}`;
  return target
    ? `${need}, ${layerText(target)} takes ${kilobits(target.bitrateBps)}`
    : `${need}, and not even the lowest layer fits beside what comes first`;
}

function askedText(maxHeight: number | undefined): string {
  if (maxHeight === undefined) return '';
  return maxHeight < 0 ? '; it is asked for all it can' : `; it is asked for ${maxHeight} px`;
}

function layerText(layer: Layer | undefined): string {
  if (!layer) return 'the layer';
  const { height, frameRate } = layer;
  return frameRate > 0 ? `${height} px at ${Math.round(frameRate * 10) / 10}` : `${height} px`;
}

function kilobits(bps: number): string {
  return Number.isFinite(bps) ? `${Math.round(bps / 1000)} kbit/s` : 'any bit rate';
}
