import type { EndpointId } from '../../model/ids.ts';

/** What the bridge says only to clients of 2018 (colibri1.md §4.4). */
export type LegacyBridgeMessage =
  | {
      readonly colibriClass: 'DominantSpeakerEndpointChangeEvent';
      readonly dominantSpeakerEndpoint: EndpointId;
    }
  | {
      readonly colibriClass: 'LastNEndpointsChangeEvent';
      /** Whose video is forwarded now. */
      readonly lastNEndpoints: readonly EndpointId[];
      /** Those of them that were not before. */
      readonly endpointsEnteringLastN: readonly EndpointId[];
      readonly conferenceEndpoints: readonly EndpointId[];
    }
  /** Somebody watches the client's own video large, or nobody does any more. */
  | { readonly colibriClass: 'SelectedUpdateEvent'; readonly isSelected: boolean };

export function encodeLegacyBridgeMessage(message: LegacyBridgeMessage): string {
  return JSON.stringify(message);
}
