import type { ClientSpec } from '../client/client-spec.ts';
import type { Milestones } from '../client/load-client.ts';
import { wayBetween } from '../media/group-measurements.ts';
import { MAX_TILES } from '../client/view.ts';

export type Service = {
  /** Cameras the clients look at, together: each client counts those of its room that it shows. */
  readonly views: number;
  /** Clients that should hear or see somebody. */
  readonly receivers: number;
  /** Of those, how many heard or saw anybody. */
  readonly served: number;
  /** Clients that should have heard somebody and did not; seen likewise. No loss shows in what never came. */
  readonly deaf: number;
  readonly blind: number;
  /** Clients whose connection or channel is not there now, and what they lack. */
  readonly unconnected: ReadonlyMap<number, string>;
};

/** Which clients were served after `sinceUs`. */
export function serviceOf(
  members: readonly ClientSpec[],
  milestones: readonly Milestones[],
  sinceUs: number,
): Service {
  const reached = new Map(milestones.map((each) => [each.participant, each]));
  const service = { views: 0, receivers: 0, served: 0, deaf: 0, blind: 0 };
  const unconnected = new Map<number, string>();
  const talking = countByRoom(members.filter(hasMicrophone));
  const filmed = countByRoom(members.filter(hasCamera));
  for (const spec of members) {
    const { lastAudio = 0, lastFrame = 0, missing } = reached.get(spec.participant) ?? {};
    if (missing !== undefined) unconnected.set(spec.participant, missing);
    const views = viewsOf(spec, filmed);
    const expected = { audio: hears(spec, talking), video: views > 0 };
    if (!expected.audio && !expected.video) continue;
    service.views += views;
    service.receivers += 1;
    service.served += Number(Math.max(lastAudio, lastFrame) >= sinceUs);
    service.deaf += Number(expected.audio && lastAudio < sinceUs);
    service.blind += Number(expected.video && lastFrame < sinceUs);
  }
  return { ...service, unconnected };
}

/** Cameras of one group that clients of another look at, by `wayBetween`: where not all are shown, each group's part of them. */
export function viewsByWay(members: readonly ClientSpec[]): ReadonlyMap<string, number> {
  const filmed = countByRoom(members.filter(hasCamera));
  const ways = new Map<string, number>();
  for (const group of new Set(members.map((spec) => spec.group))) {
    const ofGroup = countByRoom(members.filter((spec) => hasCamera(spec) && spec.group === group));
    for (const spec of members) {
      const own = Number(hasCamera(spec));
      const others = (filmed.get(spec.room) ?? 0) - own;
      const from = (ofGroup.get(spec.room) ?? 0) - (spec.group === group ? own : 0);
      if (others === 0) continue;
      const way = wayBetween(group, spec.group);
      ways.set(way, (ways.get(way) ?? 0) + (viewsOf(spec, filmed) * from) / others);
    }
  }
  return ways;
}

export function hasMicrophone({ audio }: ClientSpec): boolean {
  return audio !== 'none';
}

export function hasCamera({ video }: ClientSpec): boolean {
  return video !== undefined;
}

/** Somebody else in the room has a microphone. */
function hears(spec: ClientSpec, talking: ReadonlyMap<string, number>): boolean {
  return (talking.get(spec.room) ?? 0) > Number(hasMicrophone(spec));
}

/** How many cameras of others in its room a client looks at. */
function viewsOf(spec: ClientSpec, filmed: ReadonlyMap<string, number>): number {
  return viewsAmong(spec, (filmed.get(spec.room) ?? 0) - Number(hasCamera(spec)));
}

/** How many of so many cameras a client looks at. */
export function viewsAmong({ view, lastN }: ClientSpec, cameras: number): number {
  return view === 'none' ? 0 : Math.min(cameras, MAX_TILES, lastN < 0 ? Infinity : lastN);
}

function countByRoom(members: readonly ClientSpec[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { room } of members) counts.set(room, (counts.get(room) ?? 0) + 1);
  return counts;
}
