import { z } from 'zod';
import type { Result } from '../../base/result.ts';
import { decodeMessage } from './decode-message.ts';
import { endpoint, maxHeight, source, sources, ssrc, videoType } from './fields.ts';
import { limits } from './limits.ts';

// What the bridge says to a client (bridge-channel.md §2), field names as on the wire.

const endpoints = z.array(endpoint).max(limits.names);
const mid = z.string().max(16).optional();

const audioMapping = z.object({ source, owner: endpoint, ssrc, mid });
const videoMapping = z.object({ source, owner: endpoint, ssrc, rtx: ssrc, videoType, mid });

const bridgeMessage = z.discriminatedUnion('colibriClass', [
  z.object({ colibriClass: z.literal('ServerHello'), version: z.string().max(256).optional() }),
  z.looseObject({ colibriClass: z.literal('EndpointMessage'), from: endpoint }),
  z.looseObject({ colibriClass: z.literal('EndpointStats'), from: endpoint }),
  z.object({
    colibriClass: z.literal('DominantSpeakerEndpointChangeEvent'),
    dominantSpeakerEndpoint: endpoint,
    previousSpeakers: endpoints.default([]),
    silence: z.boolean().default(false),
  }),
  z.object({
    colibriClass: z.literal('EndpointConnectivityStatusChangeEvent'),
    endpoint,
    /** A string: clients compare it with the text `true`. */
    active: z.enum(['true', 'false']),
  }),
  z.object({ colibriClass: z.literal('ForwardedSources'), forwardedSources: sources }),
  z.object({
    colibriClass: z.literal('SenderSourceConstraints'),
    sourceName: source,
    maxHeight,
  }),
  z.object({
    colibriClass: z.literal('VideoSourcesMap'),
    mappedSources: z.array(videoMapping).max(limits.names),
  }),
  z.object({
    colibriClass: z.literal('AudioSourcesMap'),
    mappedSources: z.array(audioMapping).max(limits.names),
  }),
  z.object({ colibriClass: z.literal('ConnectionStats'), estimatedDownlinkBandwidth: z.number() }),
]);

export type BridgeMessage = z.infer<typeof bridgeMessage>;

/** Video types are upper case in this direction, as JVB writes them. */
export function encodeBridgeMessage(message: BridgeMessage): string {
  if (message.colibriClass !== 'VideoSourcesMap') return JSON.stringify(message);
  const mappedSources = message.mappedSources.map((mapping) => ({
    ...mapping,
    videoType: mapping.videoType.toUpperCase(),
  }));
  return JSON.stringify({ ...message, mappedSources });
}

/** For those who play the client. */
export function decodeBridgeMessage(text: string): Result<BridgeMessage, string> {
  return decodeMessage(bridgeMessage, text);
}
