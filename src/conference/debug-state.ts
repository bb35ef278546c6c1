import type { Layer, LayerIndex } from '../model/layer.ts';
import { audioDeliveries } from './audio-delivery.ts';
import type { Conference } from './conference.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryChange } from './delivery-log.ts';
import type { Endpoint } from './endpoint.ts';
import type { SourceState } from './endpoint-sources.ts';
import { explainDelivery } from './explain-delivery.ts';
import { lastNInForce } from './last-n-limits.ts';

export type DebugQuery = {
  /** Details of every endpoint, not only its name. */
  readonly full: boolean;
  /** Absent = all. */
  readonly conferenceId?: string | undefined;
  readonly endpointId?: string | undefined;
};

export type ConferenceDebugState = ReturnType<typeof conferenceDebugState>;

/**
 * What an operator may see of a conference: plain values that JSON keeps, and no secret: neither passwords nor ICE
 * credentials.
 */
export function conferenceDebugState(
  conference: Conference,
  detail: Omit<DebugQuery, 'conferenceId'>,
  nowMs: number,
) {
  const { identity, createdMs, endpoints, speakers } = conference;
  const chosen = [...endpoints.values()].filter(
    ({ id }) => detail.endpointId === undefined || id === detail.endpointId,
  );
  return {
    id: identity.id,
    meetingId: identity.meetingId,
    name: identity.name,
    rtcstats: identity.rtcstats,
    ...(detail.full && {
      createdMs,
      ...conference.spread,
      dominantSpeaker: speakers.dominant,
      speechOrder: speakers.inOrder(endpoints.keys()),
    }),
    endpoints: Object.fromEntries(
      chosen.map((endpoint) => [
        endpoint.id,
        detail.full
          ? endpointDebugState(endpoint, { conference, nowMs })
          : (endpoint.statsId ?? endpoint.id),
      ]),
    ),
  };
}

/** What the parts of the state have in common. */
type DebugView = {
  readonly conference: Conference;
  readonly nowMs: number;
};

function endpointDebugState(endpoint: Endpoint, view: DebugView) {
  const { receiver, channel, sources } = endpoint;
  const { conference, nowMs } = view;
  return {
    statsId: endpoint.statsId,
    visitor: endpoint.visitor,
    ssrcRewriting: endpoint.ssrcRewriting,
    createdMs: endpoint.createdMs,
    lastActiveMs: endpoint.lastActiveMs,
    ice: endpoint.ice,
    dtls: endpoint.dtls,
    link: endpoint.media.link(),
    reachable: endpoint.reachable,
    channel: channel.description,
    channelMessagesDropped: channel.dropped,
    forceMute: endpoint.forceMute,
    ...receiverDebugState(endpoint),
    sends: sources.all().map((state) => sentSource(state, conference)),
    receivesVideo: receiver
      .deliveriesNow(nowMs)
      .map((delivery) => receivedVideo(delivery, endpoint, view)),
    receivesAudio: [...conference.endpoints.values()]
      .filter((sender) => sender !== endpoint)
      .flatMap((sender) => audioDeliveries(sender, endpoint)),
    history: receiver.deliveries.history.map((change) => describeChange(change, nowMs)),
  };
}

/** What it wants, and what there is for it. */
function receiverDebugState({ receiver }: Endpoint) {
  const { allocation, bandwidth, estimate, lastNLimits, wishes } = receiver;
  const { settings } = wishes;
  return {
    wants: { ...settings, constraints: Object.fromEntries(settings.constraints) },
    lastN: lastNLimits && lastNInForce(lastNLimits),
    bandwidth: {
      // JSON has no infinity.
      availableBps: Number.isFinite(bandwidth.bps) ? bandwidth.bps : undefined,
      basis: bandwidth.basis,
    },
    estimateBps: estimate.latestBps,
    targetBps: allocation.targetBps,
    idealBps: allocation.idealBps,
    oversending: allocation.oversending,
  };
}

function sentSource(
  { source, videoType, codec, layers, refusedBecause }: SourceState,
  conference: Conference,
) {
  const base = { source: source.name, kind: source.kind, codec, refusedBecause };
  if (source.kind === 'audio') return base;
  return {
    ...base,
    videoType,
    wantedMaxHeight: conference.forwarding.wantedHeight(source.name),
    layers: layers.map(describeLayer),
  };
}

function receivedVideo(delivery: Delivery, { receiver }: Endpoint, view: DebugView) {
  const { source, owner, effectiveMaxHeight, target, ideal } = delivery.allocation;
  const { endpoints, forwarding } = view.conference;
  const since = receiver.deliveries.latest(source)?.atMs;
  return {
    source,
    owner,
    wantedMaxHeight: effectiveMaxHeight,
    ideal: ideal && describeLayer(ideal),
    target: target && describeLayer(target),
    ssrc: receiver.streamOf(source)?.ssrc,
    sent: indexText(delivery.sent),
    sentHeight: delivery.sentHeight,
    limitedBy: delivery.limitedBy,
    why: explainDelivery(delivery, {
      bandwidth: receiver.bandwidth,
      lastNLimits: receiver.lastNLimits,
      askedOfSender: forwarding.wantedHeight(source),
      refusedBecause: endpoints.get(owner)?.sources.get(source)?.refusedBecause,
    }),
    sinceSeconds: since === undefined ? undefined : secondsAgo(since, view.nowMs),
  };
}

function describeChange({ atMs, ...change }: DeliveryChange, nowMs: number) {
  return { secondsAgo: secondsAgo(atMs, nowMs), ...change };
}

function secondsAgo(atMs: number, nowMs: number): number {
  return Math.round((nowMs - atMs) / 100) / 10;
}

function describeLayer({ index, height, frameRate, bitrateBps }: Layer) {
  return { layer: indexText(index), height, frameRate, bitrateBps };
}

/** encoding/spatial/temporal */
function indexText(index: LayerIndex | undefined): string | undefined {
  return index && `${index.encoding}/${index.spatial}/${index.temporal}`;
}
