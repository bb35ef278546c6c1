import { readPostedClient } from '../config/read-posted-client.ts';
import type { BridgeControl, BridgeView } from '../io/http/ports.ts';
import { renderExposition } from '../stats/exposition.ts';
import { toJson, toMetricsJson } from '../stats/to-json.ts';
import { debugView, rtcstatsView, speakersView } from './debug-view.ts';
import type { RequestDelays } from './request-delays.ts';
import { type ObservedParts, takeSnapshot } from './snapshot.ts';

/** What the private API may read of the bridge. */
export function bridgeView(parts: ObservedParts, delays: RequestDelays): BridgeView {
  // The switch of the Java client that JVB uses; a year's dashboards may rely on either.
  const withCreated = process.env['PROMETHEUS_DISABLE_CREATED_SERIES'] !== 'true';
  const snapshot = () => takeSnapshot(parts);
  return {
    fault: () => parts.vitals.health.fault,
    version: () => parts.version,
    statistics: () => toJson(snapshot()),
    metrics: (format) =>
      format === 'json'
        ? { contentType: 'application/json', body: JSON.stringify(toMetricsJson(snapshot())) }
        : renderExposition(snapshot(), format, withCreated),
    debug: (query) => debugView(parts, query),
    requestDelays: () => delays.describe(),
    rtcstats: () => rtcstatsView(parts),
    speakers: (meetingId) => speakersView(parts, meetingId),
  };
}

/** What the private API may do with it. */
export function bridgeControl(parts: ObservedParts): BridgeControl {
  const { drain, lifecycle } = parts;
  return {
    draining: () => drain.on,
    setDrain: (on) => drain.set(on),
    shutdown: (kind) =>
      kind === 'graceful' ? lifecycle.requestGraceful() : lifecycle.requestForced(),
    logins: () => parts.links().list(),
    addLogin: (body) => {
      const client = readPostedClient(body);
      return client.ok ? parts.links().add(client.value) : client.error;
    },
    removeLogin: (id) => parts.links().remove(id),
  };
}
