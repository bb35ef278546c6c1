import type { TransportState } from '../../conference/ports.ts';
import type { EndpointId } from '../../model/ids.ts';
import type { ConferenceDescription, Content } from '../../protocol/colibri1/conference.ts';
import {
  type AllocatedHandle,
  type ConferenceTable,
  type HandleKind,
  newChannelSettings,
} from './conference-table.ts';

/** An endpoint of the conference: how its transport stands, and when it last gave a sign of life. */
type LiveEndpoint = {
  readonly ice: TransportState;
  readonly dtls: TransportState;
  readonly lastActiveMs: number | undefined;
};
export type LiveEndpoints = ReadonlyMap<EndpointId, LiveEndpoint>;

/** Whether none of the endpoints is left: a media worker died, or the conference let go of all of them. */
export function isWhollyLost({ endpoints }: ConferenceTable, live: LiveEndpoints): boolean {
  return endpoints.size > 0 && [...endpoints.keys()].every((id) => isLost(live.get(id)));
}

/** A client that fails does so in ICE or in DTLS; both at once is the loss of its session with a worker. */
function isLost(endpoint: LiveEndpoint | undefined): boolean {
  return !endpoint || (endpoint.ice === 'failed' && endpoint.dtls === 'failed');
}

/** The tables without endpoints that the conference no longer has (their ICE failed). */
export function withoutLost(table: ConferenceTable, live: LiveEndpoints): ConferenceTable {
  const lost = [...table.endpoints.keys()].filter((id) => !live.has(id));
  if (lost.length === 0) return table;
  return {
    ...table,
    endpoints: new Map([...table.endpoints].filter(([id]) => !lost.includes(id))),
    handles: new Map([...table.handles].filter(([, { endpoint }]) => !lost.includes(endpoint))),
  };
}

/** What a focus would have to ask to close the handles whose time is over; undefined = there is none. */
export function expiryRequest(
  { handles }: ConferenceTable,
  live: LiveEndpoints,
  nowMs: number,
): ConferenceDescription | undefined {
  const expired = [...handles.values()].filter((handle) => isOver(handle, live, nowMs));
  if (expired.length === 0) return undefined;
  const contents = (['audio', 'video', 'data'] as const).map((kind) => closing(kind, expired));
  return { contents, bundles: [], endpoints: [], gracefulShutdown: false };
}

/** A sign of life of the endpoint is one for all of its handles (colibri1.md §2.7). */
function isOver(handle: AllocatedHandle, live: LiveEndpoints, nowMs: number): boolean {
  const heardMs = live.get(handle.endpoint)?.lastActiveMs ?? -Infinity;
  return nowMs - Math.max(handle.touchedMs, heardMs) > handle.expireSeconds * 1000;
}

function closing(kind: HandleKind, expired: readonly AllocatedHandle[]): Content {
  const items = expired
    .filter((handle) => handle.kind === kind)
    .map(({ id }) => ({ id, expireSeconds: 0 }));
  const channel = { ...newChannelSettings, octo: false, sources: [], groups: [], ssrcs: [] };
  const rtp = { ...channel, payloadTypes: [], headerExtensions: [] };
  return {
    name: kind,
    channels: kind === 'data' ? [] : items.map((item) => ({ ...item, ...rtp })),
    sctpConnections: kind === 'data' ? items.map((item) => ({ ...item, port: 0 })) : [],
  };
}
