import type { EndpointId } from '../model/ids.ts';
import { broadcast } from './broadcast.ts';
import type { ConferenceConfig } from './conference-config.ts';
import { isReachable } from './connectivity.ts';
import type { Endpoint } from './endpoint.ts';
import type { ChannelCodec } from './ports.ts';
import type { Totals } from './totals.ts';

/** An endpoint without a bridge channel this long after DTLS is counted (bridge-channel.md §1.5). */
const channelExpectedMs = 30_000;

export type EndpointMonitorOptions = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly codec: ChannelCodec;
  readonly config: ConferenceConfig;
  readonly totals: Totals;
};

/** Watches endpoints with the clock: who is reachable, who lacks a channel, who is to hear of its estimate. */
export class EndpointMonitor {
  readonly #options: EndpointMonitorOptions;
  #checkedMs = -Infinity;
  #reportedMs: number;
  /** Those that have been counted. */
  readonly #withoutChannel = new WeakSet<Endpoint>();

  /** @param startMs since when intervals count. */
  constructor(options: EndpointMonitorOptions, startMs: number) {
    this.#options = options;
    this.#reportedMs = startMs;
  }

  tick(nowMs: number): void {
    const { config, totals } = this.#options;
    const sinceMs = nowMs - this.#checkedMs;
    if (sinceMs < config.connectivity.checkIntervalMs) return;
    this.#checkedMs = nowMs;
    for (const endpoint of this.#options.endpoints.values()) {
      if (Number.isFinite(sinceMs)) totals.videoMilliseconds += sinceMs * videoStreamsOf(endpoint);
      if (!endpoint.visitor) this.#checkReachable(endpoint, nowMs);
      this.#checkChannel(endpoint, nowMs);
    }
    if (nowMs - this.#reportedMs < config.connectionStatsIntervalMs) return;
    this.#reportedMs = nowMs;
    this.#reportEstimates();
  }

  #checkReachable(endpoint: Endpoint, nowMs: number): void {
    const { config, totals, endpoints, codec } = this.#options;
    const reachable = isReachable(endpoint, nowMs, config.connectivity);
    if (reachable === endpoint.reachable) return;
    endpoint.becameReachable(reachable);
    if (reachable) totals.endpointsReconnected += 1;
    else totals.endpointsDisconnected += 1;
    broadcast(endpoints.values(), codec, {
      type: 'connectivity',
      endpointId: endpoint.id,
      active: reachable,
    });
  }

  #checkChannel(endpoint: Endpoint, nowMs: number): void {
    if (endpoint.channel.everOpened || this.#withoutChannel.has(endpoint)) return;
    if (nowMs - (endpoint.dtlsConnectedMs ?? Infinity) < channelExpectedMs) return;
    this.#withoutChannel.add(endpoint);
    this.#options.totals.endpointsWithoutChannel += 1;
  }

  #reportEstimates(): void {
    for (const { channel, receiver } of this.#options.endpoints.values()) {
      const estimatedDownlinkBps = receiver.estimate.latestBps;
      if (estimatedDownlinkBps !== undefined) {
        channel.send({ type: 'connection-stats', estimatedDownlinkBps });
      }
    }
  }
}

/** Streams of its video sources of which something comes in. */
function videoStreamsOf({ sources }: Endpoint): number {
  return sources.all().reduce((count, { layers }) => {
    const flowing = layers.filter(({ bitrateBps }) => bitrateBps > 0);
    return count + new Set(flowing.map(({ index }) => index.encoding)).size;
  }, 0);
}
