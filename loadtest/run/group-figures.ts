import { type Snapshots, wayBetween } from '../media/group-measurements.ts';
import { between, type Counts, type Snapshot, sumSnapshots } from '../media/measurements.ts';
import type { GroupFigures, WayFigures } from '../report/report.ts';
import type { GroupProfile } from '../scenario/scenario.ts';
import type { Holes } from './holes.ts';
import { arrivals } from './kind-figures.ts';
import type { Observation } from './observation.ts';
import { percentiles, round } from './percentiles.ts';
import { limitsBetween } from './limits.ts';

/** A group as it was while a step was measured. */
export type PresentGroup = GroupProfile & { readonly clients: number };

/** What the clients' own networks did. */
export function groupFigures(
  groups: readonly PresentGroup[],
  before: Observation,
  after: Observation,
): GroupFigures[] {
  return groups.map(({ name, clients, network }, at) => {
    const { counts, durations } = window(before.groups, after.groups, String(at));
    return {
      name,
      clients,
      network,
      lostPercent: {
        up: share(counts.shapedUp, counts.datagramsSent),
        down: share(counts.shapedDown, counts.datagrams),
      },
      heldMs: { up: percentiles(durations.heldUp), down: percentiles(durations.heldDown) },
    };
  });
}

/** What came from each group to each, where anything was on its way. */
export function wayFigures(
  groups: readonly PresentGroup[],
  before: Observation,
  after: Observation,
  rest: { readonly views: ReadonlyMap<string, number>; readonly holes: Holes },
): WayFigures[] {
  const seconds = (after.atUs - before.atUs) / 1e6;
  const pairs = groups.flatMap((from, at) => groups.map((to, place) => ({ from, to, at, place })));
  return pairs.flatMap(({ from, to, at, place }) => {
    const way = wayBetween(at, place);
    const { counts, durations } = window(before.ways, after.ways, way);
    if (isEmpty(counts)) return [];
    return {
      from: from.name,
      to: to.name,
      audio: arrivals('audio', counts, seconds, percentiles(durations.audioDelay)),
      video: arrivals('video', counts, seconds, percentiles(durations.videoDelay)),
      ...rest.holes.count(way),
      listeners: to.clients,
      views: round(rest.views.get(way) ?? 0, 1),
      limits: limitsBetween(from, to),
    };
  });
}

function window(before: Snapshots, after: Snapshots, key: string): Snapshot {
  const none = sumSnapshots([]);
  return between(before[key] ?? none, after[key] ?? none);
}

function isEmpty({ audioDelivered, audioLost, videoDelivered, videoLost }: Counts): boolean {
  return audioDelivered + audioLost + videoDelivered + videoLost === 0;
}

function share(part: number, whole: number): number {
  return round((100 * part) / Math.max(1, whole), 2);
}
