// What the run and its generator processes say to each other (node:child_process IPC).
import type { MediaDescription } from '../../src/model/media-description.ts';
import type { LocalTransport, RemoteTransport } from '../../src/model/transport.ts';
import type { ClientSpec } from '../client/client-spec.ts';
import type { Milestones } from '../client/load-client.ts';
import type { SentStream } from '../client/media-sender.ts';
import type { Snapshots } from '../media/group-measurements.ts';
import type { Snapshot } from '../media/measurements.ts';
import type { Flow } from '../media/receiver-log.ts';

export type OpenClient = {
  readonly spec: ClientSpec;
  readonly transport: LocalTransport;
  readonly webSocketUrl: string | undefined;
  readonly media: readonly MediaDescription[];
};

/** Told, not asked: nothing is answered. */
export type GeneratorCommand =
  /** The bridge knows the client's transport: it may open its channel. */
  | { readonly type: 'start'; readonly participant: number }
  /** Participants of a room that have a camera. */
  | { readonly type: 'cameras'; readonly room: string; readonly participants: readonly number[] }
  | { readonly type: 'close'; readonly participant: number }
  /** All clients stop sending. */
  | { readonly type: 'silence' }
  | { readonly type: 'end' };

export type GeneratorQuestion =
  | ({ readonly type: 'open' } & OpenClient)
  | { readonly type: 'look' }
  /** What went and came; `present`: without those who left. */
  | { readonly type: 'audit'; readonly present: boolean };

/** How the process itself fares: a generator that cannot keep up measures nothing. */
export type GeneratorHealth = {
  /** CPU time of the process since it started, µs. */
  readonly cpuUs: number;
  readonly atUs: number;
};

export type GeneratorAnswers = {
  readonly open: RemoteTransport;
  readonly look: {
    /** Of everything, of each group of clients, and of media between two groups. */
    readonly snapshot: Snapshot;
    readonly groups: Snapshots;
    readonly ways: Snapshots;
    readonly milestones: readonly Milestones[];
    readonly health: GeneratorHealth;
  };
  readonly audit: {
    readonly flows: readonly Flow[];
    readonly sent: readonly SentStream[];
  };
};

export type ToGenerator =
  | GeneratorCommand
  | { readonly type: 'ask'; readonly id: number; readonly question: GeneratorQuestion };

export type FromGenerator =
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly reason: string };
