import type { LimitingReason, SourceAllocation } from '../allocation/allocation.ts';
import type { SourceName } from '../model/ids.ts';
import type { Layer, LayerIndex } from '../model/layer.ts';
import type { Conference } from './conference.ts';
import type { Endpoint } from './endpoint.ts';
import type { EndpointChannel } from './endpoint-channel.ts';
import type { SourceState } from './endpoint-sources.ts';
import type { Receiver } from './receiver.ts';

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
) {
  const { identity, createdMs, endpoints, speakers } = conference;
  const chosen = [...endpoints.values()].filter(
    ({ id }) => detail.endpointId === undefined || id === detail.endpointId,
  );
  return {
    id: identity.id,
    meetingId: identity.meetingId,
    name: identity.name,
    ...(detail.full && {
      createdMs,
      dominantSpeaker: speakers.dominant,
      speechOrder: speakers.inOrder(endpoints.keys()),
    }),
    endpoints: Object.fromEntries(
      chosen.map((endpoint) => [
        endpoint.id,
        detail.full ? endpointDebugState(endpoint, conference) : (endpoint.statsId ?? endpoint.id),
      ]),
    ),
  };
}

function endpointDebugState(endpoint: Endpoint, conference: Conference) {
  const { receiver, channel, sources } = endpoint;
  const { allocation, estimate, plan } = receiver;
  const { settings } = receiver.wishes;
  return {
    statsId: endpoint.statsId,
    visitor: endpoint.visitor,
    ssrcRewriting: endpoint.ssrcRewriting,
    createdMs: endpoint.createdMs,
    lastActiveMs: endpoint.lastActiveMs,
    ice: endpoint.ice,
    dtls: endpoint.dtls,
    reachable: endpoint.reachable,
    channel: channel.carrier ?? 'none',
    channelMessagesDropped: channel.dropped,
    forceMute: endpoint.forceMute,
    wants: { ...settings, constraints: Object.fromEntries(settings.constraints) },
    estimateBps: estimate.latestBps,
    targetBps: allocation.targetBps,
    idealBps: allocation.idealBps,
    oversending: allocation.oversending,
    sends: sources.all().map((state) => sentSource(state, conference)),
    receivesVideo: allocation.sources.map((each) => receivedVideo(each, endpoint)),
    receivesAudio: plan.streams
      .filter(({ kind }) => kind === 'audio')
      .map(({ source, owner, ssrc }) => ({ source, owner, ssrc })),
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

/** Why a source is not sent, or not sent better; three reasons lie outside the allocation. */
type Obstacle = LimitingReason | 'refused' | 'no-ssrc-slot' | 'no-channel';

function obstacleOf(source: SourceName, receiver: Receiver, channel: EndpointChannel): Obstacle {
  if (receiver.isRefused(source)) return 'refused';
  return channel.carrier ? 'no-ssrc-slot' : 'no-channel';
}

function receivedVideo(allocation: SourceAllocation, { receiver, channel }: Endpoint) {
  const { source, owner, effectiveMaxHeight, target, ideal, limitedBy } = allocation;
  const stream = receiver.plan.streams.find((each) => each.source === source);
  const obstacle = target && !stream ? obstacleOf(source, receiver, channel) : limitedBy;
  return {
    source,
    owner,
    wantedMaxHeight: effectiveMaxHeight,
    ideal: ideal && describeLayer(ideal),
    target: target && describeLayer(target),
    ssrc: stream?.ssrc,
    sent: indexText(receiver.sentLayer(source)),
    limitedBy: obstacle,
  };
}

function describeLayer({ index, height, frameRate, bitrateBps }: Layer) {
  return { layer: indexText(index), height, frameRate, bitrateBps };
}

/** encoding/spatial/temporal */
function indexText(index: LayerIndex | undefined): string | undefined {
  return index && `${index.encoding}/${index.spatial}/${index.temporal}`;
}
