import type { AudioMapping, ChannelEvent, VideoMapping } from '../conference/channel-messages.ts';
import type { BridgeMessage } from '../protocol/channel/bridge-message.ts';

/** How the bridge tells a client of an event (bridge-channel.md §2). */
export function bridgeMessage(event: ChannelEvent): BridgeMessage {
  switch (event.type) {
    case 'hello':
      return { colibriClass: 'ServerHello', version: event.version };
    // The sender's `colibriClass` and `from` are overwritten: `from` is all the proof of origin there is.
    case 'endpoint-message':
      return { ...event.message, colibriClass: 'EndpointMessage', from: event.from };
    case 'endpoint-stats':
      return { ...event.message, colibriClass: 'EndpointStats', from: event.from };
    case 'dominant-speaker':
      return {
        colibriClass: 'DominantSpeakerEndpointChangeEvent',
        dominantSpeakerEndpoint: event.endpointId,
        previousSpeakers: [...event.previous],
        silence: event.silence,
      };
    case 'forwarded-sources':
      return { colibriClass: 'ForwardedSources', forwardedSources: [...event.sources] };
    case 'sender-constraints':
      return {
        colibriClass: 'SenderSourceConstraints',
        sourceName: event.source,
        maxHeight: event.maxHeight,
      };
    case 'video-sources-map':
      return { colibriClass: 'VideoSourcesMap', mappedSources: event.mappings.map(videoMapping) };
    case 'audio-sources-map':
      return { colibriClass: 'AudioSourcesMap', mappedSources: event.mappings.map(audioMapping) };
    case 'connectivity':
      return {
        colibriClass: 'EndpointConnectivityStatusChangeEvent',
        endpoint: event.endpointId,
        active: event.active ? 'true' : 'false',
      };
    case 'connection-stats':
      return {
        colibriClass: 'ConnectionStats',
        estimatedDownlinkBandwidth: Math.round(event.estimatedDownlinkBps),
      };
  }
}

function audioMapping({ source, owner, ssrc, mid }: AudioMapping) {
  return { source, owner, ssrc, mid };
}

function videoMapping({ source, owner, ssrc, rtx, videoType, mid }: VideoMapping) {
  return { source, owner, ssrc, rtx, videoType, mid };
}
