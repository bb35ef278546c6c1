import type { EndpointId } from '../model/ids.ts';
import { announceSpeaker } from './announce-speaker.ts';
import type { Endpoint } from './endpoint.ts';
import type { Forwarding } from './forwarding.ts';
import type { ChannelCodec, MediaEvent } from './ports.ts';
import type { Speakers } from './speakers.ts';
import type { Totals } from './totals.ts';

/** What a media event can touch. */
export type MediaEventScene = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly forwarding: Forwarding;
  readonly speakers: Speakers;
  readonly codec: ChannelCodec;
  readonly totals: Totals;
};

type EventOf<Type extends MediaEvent['type']> = Extract<MediaEvent, { readonly type: Type }>;
type ConferenceEvent = EventOf<'audio-levels'>;
export type SurvivableEvent = Exclude<MediaEvent, EventOf<'lost'>>;
type ChannelActivity = EventOf<'channel-open' | 'channel-message' | 'channel-closed'>;
type EndpointEvent = Exclude<SurvivableEvent, ConferenceEvent | ChannelActivity>;

/** Takes in what the media plane reports. Events about endpoints that have just left are stale and mean nothing. */
export function handleMediaEvent(
  event: SurvivableEvent,
  scene: MediaEventScene,
  nowMs: number,
): void {
  if (event.type === 'audio-levels') {
    levelsObserved(event.levels, scene, nowMs);
    return;
  }
  const endpoint = scene.endpoints.get(event.endpointId);
  if (!endpoint) return;
  if ('link' in event) handleChannelActivity(endpoint, event);
  else handleEndpointEvent(endpoint, event, scene, nowMs);
}

/** The SCTP channel; WebSockets come through the gate. */
function handleChannelActivity({ channel }: Endpoint, event: ChannelActivity): void {
  switch (event.type) {
    case 'channel-open':
      channel.opened(event.link);
      break;
    case 'channel-message':
      channel.received(event.link, event.text);
      break;
    case 'channel-closed':
      channel.closed(event.link);
      break;
  }
}

function handleEndpointEvent(
  endpoint: Endpoint,
  event: EndpointEvent,
  scene: MediaEventScene,
  nowMs: number,
): void {
  switch (event.type) {
    case 'transport-state':
      transportChanged(endpoint, event, scene.totals, nowMs);
      break;
    case 'activity':
      endpoint.wasActive(nowMs);
      break;
    case 'codec':
      if (endpoint.sources.setCodec(event.source, event.codec, nowMs))
        scene.forwarding.refreshAll();
      break;
    case 'layers':
      layersChanged(endpoint, event, scene);
      break;
    case 'dominant-speaker':
      workerChoseSpeaker(endpoint, event, scene, nowMs);
      break;
    case 'voice-start':
      scene.forwarding.voiceStarted(endpoint.id);
      break;
    case 'estimate':
      estimateChanged(endpoint, event, scene.forwarding, nowMs);
      break;
    case 'forwarding':
      endpoint.receiver.reportForwarding(event.source, event.layer, nowMs);
      break;
    case 'source-refused':
      sourceRefused(endpoint, event, scene.forwarding, nowMs);
      break;
  }
}

function layersChanged(
  endpoint: Endpoint,
  { source, layers }: EventOf<'layers'>,
  { totals, forwarding }: MediaEventScene,
): void {
  if (endpoint.sources.setLayers(source, layers)) {
    totals.layeringChanges += 1;
    forwarding.refreshAll();
  } else forwarding.invalidate();
}

function transportChanged(
  endpoint: Endpoint,
  { ice, dtls }: EventOf<'transport-state'>,
  totals: Totals,
  nowMs: number,
): void {
  if (ice === 'connected' && !endpoint.iceEverConnected) totals.iceSucceeded += 1;
  if (ice === 'failed' && endpoint.ice !== 'failed') totals.iceFailed += 1;
  endpoint.transportChanged(ice, dtls, nowMs);
}

function estimateChanged(
  endpoint: Endpoint,
  { availableBps }: EventOf<'estimate'>,
  forwarding: Forwarding,
  nowMs: number,
): void {
  if (endpoint.receiver.estimate.report(availableBps, nowMs)) forwarding.refresh(endpoint);
}

/** Either a source of the endpoint that is not received, or one of another that the endpoint cannot be sent. */
function sourceRefused(
  endpoint: Endpoint,
  { source, reason }: EventOf<'source-refused'>,
  forwarding: Forwarding,
  nowMs: number,
): void {
  if (endpoint.sources.refuse(source, reason)) {
    forwarding.refreshAll();
  } else {
    endpoint.receiver.refuse(source, nowMs);
    forwarding.refresh(endpoint);
  }
}

function levelsObserved(
  levels: ConferenceEvent['levels'],
  scene: MediaEventScene,
  nowMs: number,
): void {
  scene.forwarding.observeLevels(levels);
  const news = scene.speakers.observe(levels, nowMs);
  if (news === 'dominant') dominantSpeakerChanged(scene);
  else if (news === 'silence') announceSpeaker(scene);
}

/** Visitors do not speak, and nobody hears of the same speaker twice. */
function workerChoseSpeaker(
  { id, visitor }: Endpoint,
  choice: EventOf<'dominant-speaker'>,
  scene: MediaEventScene,
  nowMs: number,
): void {
  if (!visitor && scene.speakers.becameDominant(id, choice, nowMs)) dominantSpeakerChanged(scene);
}

function dominantSpeakerChanged(scene: MediaEventScene): void {
  scene.totals.dominantSpeakerChanges += 1;
  announceSpeaker(scene);
  scene.forwarding.dominantChanged();
}
