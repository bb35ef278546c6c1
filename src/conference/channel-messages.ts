// What travels on the bridge channel, as values: signaling maps them to and from JSON (bridge-channel.md §2).
import type { AudioSubscription } from '../model/audio-subscription.ts';
import type { VideoConstraints } from '../model/constraints.ts';
import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { VideoType } from '../model/source.ts';

/** JSON the bridge passes on and never looks into. */
export type OpaqueJson = Readonly<Record<string, unknown>>;

/** A change of receiver settings: an absent field stays as it was. */
export type ReceiverSettingsUpdate = {
  readonly lastN?: number;
  readonly selectedSources?: readonly SourceName[];
  readonly onStageSources?: readonly SourceName[];
  readonly defaultConstraints?: VideoConstraints;
  /** Replaces the whole map. */
  readonly constraints?: ReadonlyMap<SourceName, VideoConstraints>;
  readonly assumedBandwidthBps?: number;
};

/** From a client. */
export type ChannelCommand =
  | { readonly type: 'hello' }
  /** `to` undefined = everybody. `message` is the whole object, unknown fields kept. */
  | {
      readonly type: 'endpoint-message';
      readonly to: EndpointId | undefined;
      readonly message: OpaqueJson;
    }
  | { readonly type: 'endpoint-stats'; readonly message: OpaqueJson }
  | { readonly type: 'receiver-settings'; readonly update: ReceiverSettingsUpdate }
  /** Last-n alone (LastNChangedEvent): unlike receiver settings it does not say that the client is set up. */
  | { readonly type: 'last-n'; readonly lastN: number }
  /** `source` undefined = the endpoint's first video source (VideoTypeMessage). */
  | {
      readonly type: 'video-type';
      readonly source: SourceName | undefined;
      readonly videoType: VideoType;
    }
  | { readonly type: 'audio-subscription'; readonly subscription: AudioSubscription };

export type AudioMapping = {
  readonly source: SourceName;
  readonly owner: EndpointId;
  readonly ssrc: Ssrc;
  readonly mid?: string;
};
export type VideoMapping = AudioMapping & { readonly rtx: Ssrc; readonly videoType: VideoType };

/** To a client. */
export type ChannelEvent =
  | { readonly type: 'hello'; readonly version: string | undefined }
  | { readonly type: 'endpoint-message'; readonly from: EndpointId; readonly message: OpaqueJson }
  | { readonly type: 'endpoint-stats'; readonly from: EndpointId; readonly message: OpaqueJson }
  | {
      readonly type: 'dominant-speaker';
      readonly endpointId: EndpointId;
      /** Most recent first, without the dominant one. */
      readonly previous: readonly EndpointId[];
      readonly silence: boolean;
    }
  | { readonly type: 'forwarded-sources'; readonly sources: readonly SourceName[] }
  /** Pixels of the smaller side: -1 = no limit, 0 = nobody wants it. */
  | { readonly type: 'sender-constraints'; readonly source: SourceName; readonly maxHeight: number }
  | { readonly type: 'video-sources-map'; readonly mappings: readonly VideoMapping[] }
  | { readonly type: 'audio-sources-map'; readonly mappings: readonly AudioMapping[] }
  | { readonly type: 'connectivity'; readonly endpointId: EndpointId; readonly active: boolean }
  | { readonly type: 'connection-stats'; readonly estimatedDownlinkBps: number };

/** Whether another client wrote what the event says. */
export function isRelayed({ type }: ChannelEvent): boolean {
  return type === 'endpoint-message' || type === 'endpoint-stats';
}
