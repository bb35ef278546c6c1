import { withoutUndefined } from '../../base/without-undefined.ts';
import type {
  Bundle,
  Channel,
  ConferenceDescription,
  Content,
  SctpConnection,
} from '../../protocol/colibri1/conference.ts';
import type { AllocatedHandle, ConferenceTable, KnownEndpoint } from './conference-table.ts';
import type { Mentioned } from './plan-request.ts';

/** What is told of a conference: the handles and bundles asked for, and every endpoint (colibri1.md §2.3). */
export function describeConference(
  table: ConferenceTable,
  { contents, bundles }: Mentioned,
  gracefulShutdown: boolean,
): ConferenceDescription {
  const endpoints = [...table.endpoints.values()];
  return withoutUndefined({
    id: table.id,
    name: table.name,
    contents: contents.map(({ name, handles }) => describeContent(table, name, handles)),
    bundles: endpoints.filter(({ bundle }) => bundles.has(bundle)).map(describeBundle),
    endpoints: endpoints.map(({ id, displayName, statsId }) =>
      withoutUndefined({ id, displayName, statsId }),
    ),
    gracefulShutdown,
  });
}

/** Everything there is. */
export function mentionAll(table: ConferenceTable): Mentioned {
  const handles = [...table.handles.values()];
  const names = [...new Set(handles.map(({ kind }) => kind))];
  return {
    contents: names.map((name) => ({
      name,
      handles: handles.filter(({ kind }) => kind === name).map(({ id }) => id),
    })),
    bundles: new Set([...table.endpoints.values()].map(({ bundle }) => bundle)),
  };
}

function describeContent(table: ConferenceTable, name: string, ids: readonly string[]): Content {
  const handles = ids.flatMap((id) => table.handles.get(id) ?? []);
  return {
    name,
    channels: handles
      .filter(({ kind }) => kind !== 'data')
      .map((handle) => describeChannel(table, handle)),
    sctpConnections: handles
      .filter(({ kind }) => kind === 'data')
      .map((handle): SctpConnection => ({ ...common(table, handle), port: handle.port })),
  };
}

function describeChannel(table: ConferenceTable, handle: AllocatedHandle): Channel {
  const { kind, direction, lastN, announced } = handle;
  const ssrc = kind === 'data' ? undefined : table.feedbackSsrcs?.[kind];
  return withoutUndefined({
    ...common(table, handle),
    octo: false,
    direction,
    lastN: kind === 'video' ? lastN : undefined,
    relayType: 'translator' as const,
    payloadTypes: [],
    headerExtensions: [],
    sources: ssrc === undefined ? [] : [{ ssrc, screen: false }],
    groups: [],
    ssrcs: announced.ssrcs,
  });
}

function common(table: ConferenceTable, handle: AllocatedHandle) {
  const { id, endpoint, initiator, expireSeconds } = handle;
  const bundle = table.endpoints.get(endpoint)?.bundle;
  return withoutUndefined({ id, endpoint, bundle, initiator, expireSeconds });
}

function describeBundle({ bundle, transport }: KnownEndpoint): Bundle {
  if (!transport) return { id: bundle };
  const { ufrag, pwd, candidates, fingerprints } = transport.local;
  const { webSocketUrls } = transport;
  const credentials = { ufrag, pwd };
  return { id: bundle, transport: { credentials, candidates, fingerprints, webSocketUrls } };
}
