import { ok, type Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { EndpointCommand } from '../../conference/commands.ts';
import { endpointId } from '../../model/ids.ts';
import type {
  Channel,
  ConferenceDescription,
  Content,
  EndpointNames,
  Handle,
  SctpConnection,
} from '../../protocol/colibri1/conference.ts';
import { changeChannel } from './change-channel.ts';
import { Refusal, type Colibri1Error } from './colibri1-error.ts';
import {
  type AllocatedHandle,
  type ConferenceTable,
  defaultExpireSeconds,
  type HandleKind,
  newChannelSettings,
} from './conference-table.ts';
import { Draft } from './draft.ts';
import { type CommandContext, endpointCommands } from './endpoint-commands.ts';

export type PlanContext = CommandContext & {
  readonly nowMs: number;
  /** A fresh id of a handle. */
  readonly newId: () => string;
};

/** What a request comes to, before any of it is done. */
export type Plan = {
  readonly table: ConferenceTable;
  readonly endpoints: readonly EndpointCommand[];
  readonly mentioned: Mentioned;
};

/** What the answer is to describe (colibri1.md §2.3). */
export type Mentioned = {
  readonly contents: readonly { readonly name: string; readonly handles: readonly string[] }[];
  readonly bundles: ReadonlySet<string>;
};

const kinds: readonly HandleKind[] = ['audio', 'video', 'data'];

/** Plans a request whole, in the order of colibri1.md §2.2. */
export function planRequest(
  table: ConferenceTable,
  request: ConferenceDescription,
  context: PlanContext,
): Result<Plan, Colibri1Error> {
  const draft = new Draft(table);
  const bundles = new Set<string>();
  try {
    const contents = request.contents.map((content) =>
      planContent(draft, content, context, bundles),
    );
    for (const { id, transport } of request.bundles) {
      bundles.add(id);
      const endpoint = draft.withBundle(id);
      if (endpoint && transport) draft.changeOf(endpoint.id).transport = transport;
    }
    for (const names of request.endpoints) nameEndpoint(draft, names);
    const endpoints = endpointCommands(draft, context);
    const { handles } = draft;
    return ok({
      table: { ...table, handles, endpoints: draft.endpoints, touchedMs: context.nowMs },
      endpoints,
      mentioned: {
        contents: contents.map(({ name, ids }) => ({
          name,
          handles: ids.filter((id) => handles.has(id)),
        })),
        bundles,
      },
    });
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, error: error.error };
    throw error;
  }
}

function planContent(
  draft: Draft,
  { name, channels, sctpConnections }: Content,
  context: PlanContext,
  bundles: Set<string>,
): { readonly name: string; readonly ids: readonly string[] } {
  const kind = kinds.find((known) => known === name);
  if (!kind) throw new Refusal('internal', `There is no content ${name.slice(0, 40)}.`);
  if (kind === 'data' && channels.length > 0) {
    throw new Refusal('internal', 'The content data has no channels.');
  }
  const ids: string[] = [];
  for (const item of [...channels, ...sctpConnections]) {
    if (item.bundle !== undefined) bundles.add(item.bundle);
    const handle = planHandle(draft, 'port' in item ? 'data' : kind, item, context);
    if (handle) ids.push(handle.id);
  }
  return { name, ids };
}

/** @returns undefined for one that is gone, or goes now (colibri1.md §2.4 and §2.5, rows 1 to 6) */
function planHandle(
  draft: Draft,
  kind: HandleKind,
  item: Channel | SctpConnection,
  context: PlanContext,
): AllocatedHandle | undefined {
  const { id, expireSeconds } = item;
  if (id === undefined) {
    if (expireSeconds === 0) throw new Refusal('bad-request', 'What has no id cannot expire.');
    return apply(draft, allocate(draft, kind, item, context), item, context);
  }
  const known = draft.handles.get(id);
  if (known?.kind !== kind) {
    if (expireSeconds === 0) return undefined;
    throw new Refusal('bad-request', `There is no ${kind} channel ${id.slice(0, 40)}.`);
  }
  if (expireSeconds === 0) {
    draft.handles.delete(id);
    Object.assign(draft.changeOf(known.endpoint), { sourcesChanged: true, directionChanged: true });
    return undefined;
  }
  if (item.endpoint !== undefined && item.endpoint !== known.endpoint) {
    throw new Refusal('internal', `Channel ${id} cannot move to another endpoint here.`);
  }
  return apply(draft, known, item, context);
}

function allocate(
  draft: Draft,
  kind: HandleKind,
  item: Channel | SctpConnection,
  { newId, nowMs }: PlanContext,
): AllocatedHandle {
  if ('octo' in item && item.octo) {
    throw new Refusal('internal', 'Octo channels are not supported.');
  }
  if (kind === 'data' && item.endpoint === undefined) {
    throw new Refusal('bad-request', 'An sctpconnection needs an endpoint.');
  }
  const endpoint = draft.endpointFor(item.endpoint, item.bundle);
  if (kind === 'data') prepareSctp(draft, endpoint.id);
  else if (draft.handleOf(endpoint.id, kind)) {
    throw new Refusal('internal', `Endpoint ${endpoint.id} has its ${kind} channel already.`);
  }
  return {
    id: newId(),
    kind,
    endpoint: endpoint.id,
    initiator: true,
    expireSeconds: defaultExpireSeconds,
    touchedMs: nowMs,
    ...newChannelSettings,
    port: 'port' in item ? item.port : 0,
  };
}

/** The engine is told at the creation of an endpoint whether it has a data channel. */
function prepareSctp(draft: Draft, id: AllocatedHandle['endpoint']): void {
  const endpoint = draft.endpoints.get(id);
  if (!endpoint || endpoint.sctp) return;
  if (!draft.changeOf(id).created) {
    throw new Refusal('internal', `Endpoint ${id} was created without an sctpconnection.`);
  }
  draft.endpoints.set(id, { ...endpoint, sctp: true });
}

function apply(
  draft: Draft,
  handle: AllocatedHandle,
  item: Channel | SctpConnection,
  { nowMs }: PlanContext,
): AllocatedHandle {
  const touched = { ...handle, ...common(handle, item), touchedMs: nowMs };
  const changed = 'port' in item ? touched : changeChannel(draft, touched, item);
  draft.put(changed);
  if (item.transport) draft.changeOf(handle.endpoint).transport = item.transport;
  return changed;
}

function common(
  handle: AllocatedHandle,
  { expireSeconds = handle.expireSeconds, initiator = handle.initiator }: Handle,
): Pick<AllocatedHandle, 'expireSeconds' | 'initiator'> {
  return { expireSeconds, initiator };
}

/** An endpoint that does not exist is not made by its names (colibri1.md §1.10). */
function nameEndpoint(draft: Draft, { id, displayName, statsId }: EndpointNames): void {
  const known = draft.endpoints.get(endpointId(id));
  if (!known) return;
  const next = { ...known, displayName, statsId: statsId ?? known.statsId };
  draft.endpoints.set(known.id, withoutUndefined(next));
  if (statsId !== undefined && statsId !== known.statsId)
    draft.changeOf(known.id).namesChanged = true;
}
