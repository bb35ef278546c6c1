import type { EndpointId } from '../../model/ids.ts';
import type { Source } from '../../model/source.ts';
import type { IceTransport } from '../jingle/ice-transport.ts';
import type { Sctp } from './conference-modify.ts';

/** The bridge's answer (colibri2.md §2.2). */
export type ConferenceModified = {
  readonly endpoints: readonly EndpointModified[];
  /** The bridge's feedback sources `jvb-a0` and `jvb-v0`, with every creation (colibri2.md §3.8). */
  readonly sources?: readonly Source[];
};

export type EndpointModified = {
  readonly id: EndpointId;
  readonly expire: boolean;
  readonly transport?: { readonly ice?: IceTransport; readonly sctp?: Sctp };
};
