import type { ChannelAddress } from '../conference/endpoint.ts';
import type { WebSocketConfig } from '../config/bridge-config.ts';
import { type ChannelLimits, channelLimits } from '../io/channel/channel-socket.ts';

/**
 * Where a client reaches its bridge channel: one address per advertised domain (colibri2.md §2.15), none where
 * WebSockets are off.
 */
export function webSocketUrls(
  config: WebSocketConfig,
): (address: ChannelAddress) => readonly string[] {
  if (!config.enabled) return () => [];
  const scheme = config.tls ? 'wss' : 'ws';
  const server = encodeURIComponent(config.serverId);
  return ({ conferenceId, endpointId, password }) =>
    config.domains.map(
      (domain) =>
        `${scheme}://${domain}/colibri-ws/${server}/${conferenceId}/` +
        `${encodeURIComponent(endpointId)}?pwd=${password}`,
    );
}

/** What the operator set of a channel's keep-alive; the caps are ours. */
export function channelLimitsOf(config: WebSocketConfig): ChannelLimits {
  return {
    ...channelLimits,
    idleTimeoutMs: config.idleTimeoutMs,
    pingIntervalMs: config.pingIntervalMs ?? channelLimits.pingIntervalMs,
    sendPings: config.pingIntervalMs !== undefined,
  };
}
