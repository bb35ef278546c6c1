import type { Conference } from '../../conference/conference.ts';
import type { Endpoint } from '../../conference/endpoint.ts';

/** One line of the list of conferences. */
export function conferenceRow(conference: Conference, nowMs: number) {
  const { identity, createdMs, endpoints, spread } = conference;
  const all = [...endpoints.values()];
  return {
    id: identity.id,
    name: identity.name ?? identity.meetingId,
    endpoints: all.length,
    sendingVideo: all.filter(({ sources }) => sources.all().some(isVideoArriving)).length,
    workers: spread.workers,
    pipedSources: spread.pipedSources,
    ageSeconds: Math.round((nowMs - createdMs) / 1000),
    streams: sum(all, ({ receiver }) => receiver.flow.planned),
    waiting: sum(all, ({ receiver }) => receiver.flow.waiting),
    troubled: all.filter((endpoint) => troubleOf(endpoint, nowMs) !== undefined).length,
  };
}

/** One line of the list of a conference's endpoints: little, since there may be hundreds. */
export function endpointRow(endpoint: Endpoint, nowMs: number) {
  const { media, receiver } = endpoint;
  const { path, ...link } = media.link();
  return {
    id: endpoint.id,
    name: endpoint.statsId,
    visitor: endpoint.visitor,
    ...link,
    path: path && `${path.protocol} ${path.remoteType}`,
    channel: endpoint.channel.description,
    estimateBps: receiver.estimate.latestBps,
    streams: receiver.flow.planned,
    waiting: receiver.flow.waiting,
    sends: endpoint.sources.all().filter(({ codec }) => codec !== undefined).length,
    trouble: troubleOf(endpoint, nowMs),
  };
}

/** Time in which connecting is nothing to worry about. */
const connectingMs = 10_000;

/** The first thing that is wrong with an endpoint, in a few words. */
function troubleOf(endpoint: Endpoint, nowMs: number): string | undefined {
  const old = nowMs - endpoint.createdMs > connectingMs;
  const { lossOut = 0, lossIn = 0 } = endpoint.media.link();
  const { carrier, takesMessages } = endpoint.channel;
  const faults: readonly (readonly [boolean, string])[] = [
    [endpoint.ice !== 'connected' && old, `ICE ${endpoint.ice}`],
    [endpoint.ice === 'connected' && endpoint.dtls !== 'connected' && old, `DTLS ${endpoint.dtls}`],
    [!endpoint.reachable, 'silent'],
    [carrier === undefined && old, 'no bridge channel'],
    [carrier !== undefined && !takesMessages, 'does not read its bridge channel'],
    [lossOut > 0.1, 'loses what it is sent'],
    [lossIn > 0.1, 'what it sends is lost'],
    [endpoint.receiver.allocation.oversending, 'sent more than fits'],
  ];
  return faults.find(([is]) => is)?.[1];
}

function isVideoArriving({ layers }: ReturnType<Endpoint['sources']['all']>[number]): boolean {
  return layers.some(({ bitrateBps }) => bitrateBps > 0);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
