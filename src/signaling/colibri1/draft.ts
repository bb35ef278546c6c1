import { type EndpointId, endpointId } from '../../model/ids.ts';
import type { MediaKind } from '../../model/media-description.ts';
import type { IceTransport } from '../../protocol/jingle/ice-transport.ts';
import { Refusal } from './colibri1-error.ts';
import {
  type AllocatedHandle,
  type ConferenceTable,
  type HandleKind,
  type KnownEndpoint,
} from './conference-table.ts';

/** Channels and SCTP connections of one conference; three an endpoint. */
const maxHandles = 3_000;

/** What a request comes to for one endpoint. */
export type EndpointChange = {
  created: boolean;
  /** Kinds of media that were described anew. */
  readonly described: Set<MediaKind>;
  sourcesChanged: boolean;
  directionChanged: boolean;
  lastN?: number;
  transport?: IceTransport;
  namesChanged: boolean;
};

/** The tables as they will be once a request is done. */
export class Draft {
  readonly handles: Map<string, AllocatedHandle>;
  readonly endpoints: Map<EndpointId, KnownEndpoint>;
  readonly changes = new Map<EndpointId, EndpointChange>();

  constructor(table: ConferenceTable) {
    this.handles = new Map(table.handles);
    this.endpoints = new Map(table.endpoints);
  }

  changeOf(id: EndpointId): EndpointChange {
    const known = this.changes.get(id);
    if (known) return known;
    const change: EndpointChange = {
      created: false,
      described: new Set(),
      sourcesChanged: false,
      directionChanged: false,
      namesChanged: false,
    };
    this.changes.set(id, change);
    return change;
  }

  handlesOf(id: EndpointId): AllocatedHandle[] {
    return [...this.handles.values()].filter(({ endpoint }) => endpoint === id);
  }

  handleOf(id: EndpointId, kind: HandleKind): AllocatedHandle | undefined {
    return this.handlesOf(id).find((handle) => handle.kind === kind);
  }

  put(handle: AllocatedHandle): void {
    if (!this.handles.has(handle.id) && this.handles.size >= maxHandles) {
      throw new Refusal('internal', `A conference has at most ${maxHandles} channels.`);
    }
    this.handles.set(handle.id, handle);
  }

  /** The endpoint a new handle is for, made on first mention (colibri1.md §1.5). */
  endpointFor(name: string | undefined, bundle: string | undefined): KnownEndpoint {
    if (bundle === undefined) {
      throw new Refusal('internal', 'A channel needs a channel-bundle-id here.');
    }
    const id = endpointId(name ?? bundle);
    const known = this.endpoints.get(id);
    if (known) {
      if (known.bundle === bundle) return known;
      throw new Refusal('internal', `Endpoint ${id} has the channel bundle ${known.bundle}.`);
    }
    const other = this.withBundle(bundle);
    if (other) {
      throw new Refusal('internal', `The channel bundle ${bundle} is that of ${other.id}.`);
    }
    const endpoint: KnownEndpoint = { id, bundle, sctp: false, names: new Map() };
    this.endpoints.set(id, endpoint);
    this.changeOf(id).created = true;
    return endpoint;
  }

  withBundle(bundle: string): KnownEndpoint | undefined {
    return [...this.endpoints.values()].find((endpoint) => endpoint.bundle === bundle);
  }
}
