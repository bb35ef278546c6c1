import type { Allocation } from '../allocation/allocation.ts';
import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import { sameLayer } from '../model/layer.ts';
import type { ForwardableAudio, ForwardableVideo } from './forwardable.ts';
import type { ForwardedStream, ForwardingPlan } from './ports.ts';

/** Where a source goes out towards a receiver. */
export type OutgoingAddress = {
  readonly ssrc: Ssrc;
  readonly rtx?: Ssrc | undefined;
  readonly mid?: string | undefined;
};

export type PlanInput = {
  readonly allocation: Allocation;
  readonly video: ReadonlyMap<SourceName, ForwardableVideo>;
  readonly audio: readonly ForwardableAudio[];
  /** undefined = the source has no SSRC the receiver knows of, so it is not sent. */
  readonly addressOf: (source: ForwardableAudio | ForwardableVideo) => OutgoingAddress | undefined;
};

/** Turns decisions into what the media plane is to send: selected audio, and video that has a target layer. */
export function forwardingPlan(input: PlanInput): ForwardingPlan {
  const streams: ForwardedStream[] = [];
  for (const source of input.audio) {
    const address = input.addressOf(source);
    if (!address) continue;
    const { ssrc, mid } = address; // audio has no retransmission
    streams.push({ kind: 'audio', ...origin(source), ...present({ ssrc, mid }) });
  }
  for (const { source: name, target } of input.allocation.sources) {
    const source = target && input.video.get(name);
    const address = source && input.addressOf(source);
    if (!address) continue;
    streams.push({ kind: 'video', ...origin(source), ...present(address), layer: target.index });
  }
  return { streams, idealBps: input.allocation.idealBps };
}

/** The video sources of a plan: what the receiver is told it gets. */
export function forwardedSources(plan: ForwardingPlan): SourceName[] {
  return plan.streams.filter(({ kind }) => kind === 'video').map(({ source }) => source);
}

export function samePlan(a: ForwardingPlan, b: ForwardingPlan): boolean {
  return (
    a.idealBps === b.idealBps &&
    a.streams.length === b.streams.length &&
    a.streams.every((stream, place) => sameStream(stream, b.streams[place]))
  );
}

function sameStream(a: ForwardedStream, b: ForwardedStream | undefined): boolean {
  return (
    a.source === b?.source &&
    a.ssrc === b.ssrc &&
    a.rtx === b.rtx &&
    a.mid === b.mid &&
    sameLayer(a.layer, b.layer)
  );
}

function origin(source: ForwardableAudio | ForwardableVideo): {
  owner: EndpointId;
  source: SourceName;
} {
  return { owner: source.owner, source: source.name };
}

function present(address: OutgoingAddress): { ssrc: Ssrc; rtx?: Ssrc; mid?: string } {
  const { ssrc, rtx, mid } = address;
  return { ssrc, ...(rtx !== undefined && { rtx }), ...(mid !== undefined && { mid }) };
}
