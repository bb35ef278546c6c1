import type { Conference } from './conference.ts';
import type { Endpoint } from './endpoint.ts';
import type { ConferenceStatistics } from './statistics.ts';
import type { Totals } from './totals.ts';

/** Counts conferences and endpoints as JVB does (operations.md §3.5). */
export function statisticsOf(
  conferences: readonly Conference[],
  totals: Totals,
): ConferenceStatistics {
  const sizes = conferences.map(({ endpoints }) => endpoints.size);
  const endpoints = conferences.flatMap((each) => [...each.endpoints.values()]);
  const inactive = conferences.filter((each) => !isActive(each));
  const active = conferences.filter(isActive).flatMap((each) => [...each.endpoints.values()]);
  const count = (among: readonly Endpoint[], is: (endpoint: Endpoint) => boolean) =>
    among.filter(is).length;
  return {
    conferences: conferences.length,
    inactiveConferences: inactive.length,
    p2pConferences: inactive.filter((each) => each.endpoints.size === 2).length,
    largestConference: Math.max(0, ...sizes),
    localEndpoints: endpoints.length,
    localActiveEndpoints: active.length,
    inactiveEndpoints: endpoints.length - active.length,
    receiveOnlyEndpoints: count(active, (each) => !sendsAudio(each) && !sendsVideo(each)),
    endpointsSendingAudio: count(endpoints, sendsAudio),
    endpointsSendingVideo: count(endpoints, sendsVideo),
    visitors: count(endpoints, (each) => each.visitor),
    endpointsOversending: count(endpoints, (each) => each.receiver.allocation.oversending),
    endpointsWithSuspendedSources: count(endpoints, hasSuspendedSources),
    endpointsWithHighOutgoingLoss: count(active, losesMuch),
    sizes: conferences.map(sizeOf),
    estimatesBps: endpoints.flatMap(({ receiver }) => receiver.estimate.latestBps ?? []),
    videoStreams: sum(endpoints, ({ receiver }) => receiver.flow.planned),
    videoStreamsWaiting: sum(endpoints, ({ receiver }) => receiver.flow.waiting),
    totals: { ...totals, conferenceSeconds: Math.floor(totals.conferenceSeconds) },
  };
}

function sizeOf({ endpoints }: Conference): ConferenceStatistics['sizes'][number] {
  const all = [...endpoints.values()];
  return {
    endpoints: all.length,
    audioSenders: all.filter(sendsAudio).length,
    videoSenders: all.filter(sendsVideo).length,
  };
}

function sum(endpoints: readonly Endpoint[], value: (endpoint: Endpoint) => number): number {
  return endpoints.reduce((total, endpoint) => total + value(endpoint), 0);
}

/** JVB's threshold of the figure. */
function losesMuch({ media }: Endpoint): boolean {
  return (media.link().lossOut ?? 0) > 0.1;
}

function isActive({ endpoints }: Conference): boolean {
  return [...endpoints.values()].some((each) => sendsAudio(each) || sendsVideo(each));
}

/** A microphone that has sent something and was not silenced; whether it pauses is not known here. */
function sendsAudio({ sources, forceMute, reachable }: Endpoint): boolean {
  return (
    reachable &&
    !forceMute.audio &&
    sources.all().some(({ source, codec }) => source.kind === 'audio' && codec !== undefined)
  );
}

function sendsVideo({ sources, forceMute, reachable }: Endpoint): boolean {
  return (
    reachable &&
    !forceMute.video &&
    sources.all().some(({ layers }) => layers.some((layer) => layer.bitrateBps > 0))
  );
}

function hasSuspendedSources({ receiver }: Endpoint): boolean {
  return receiver.allocation.sources.some(
    ({ target, limitedBy }) => !target && limitedBy === 'bandwidth',
  );
}
