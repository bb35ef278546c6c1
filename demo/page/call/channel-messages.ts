// The bridge's messages a client acts upon, read from JSON (bridge-channel.md §2).
import type { VideoType } from '../../../src/model/source.ts';
import type { ChannelMessage } from './bridge-channel.ts';
import type { Mapping } from './remote-streams.ts';

export type BridgeMessage =
  | {
      readonly colibriClass: 'AudioSourcesMap' | 'VideoSourcesMap';
      readonly mappings: readonly Mapping[];
    }
  | { readonly colibriClass: 'ForwardedSources'; readonly forwardedSources: readonly string[] }
  | {
      readonly colibriClass: 'DominantSpeakerEndpointChangeEvent';
      readonly dominantSpeakerEndpoint: string;
    }
  | {
      readonly colibriClass: 'SenderSourceConstraints';
      readonly sourceName: string;
      readonly maxHeight: number;
    }
  | { readonly colibriClass: 'ConnectionStats'; readonly estimatedDownlinkBandwidth: number };

type WireMapping = {
  readonly source: string;
  readonly owner: string;
  readonly ssrc: number;
  readonly rtx?: number;
  readonly videoType?: string;
};

/** The message as a value, or undefined for a class the page does not use. */
export function channelMessage(message: ChannelMessage): BridgeMessage | undefined {
  switch (message.colibriClass) {
    case 'AudioSourcesMap':
    case 'VideoSourcesMap': {
      const kind = message.colibriClass === 'AudioSourcesMap' ? 'audio' : 'video';
      const mappings = (message['mappedSources'] as WireMapping[]).map((mapping) => ({
        ...mapping,
        kind,
        videoType: (mapping.videoType ?? 'none').toLowerCase() as VideoType,
      }));
      return { colibriClass: message.colibriClass, mappings } as BridgeMessage;
    }
    case 'ForwardedSources':
    case 'DominantSpeakerEndpointChangeEvent':
    case 'SenderSourceConstraints':
    case 'ConnectionStats':
      return message as unknown as BridgeMessage;
    default:
      return undefined;
  }
}
