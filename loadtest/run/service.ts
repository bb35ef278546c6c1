import type { ClientSpec } from '../client/client-spec.ts';
import type { Milestones } from '../client/load-client.ts';

export type Service = {
  /** Clients that should hear or see somebody. */
  readonly receivers: number;
  /** Of those, how many heard or saw anybody. */
  readonly served: number;
  /** Clients that should have heard somebody and did not; seen likewise. No loss shows in what never came. */
  readonly deaf: number;
  readonly blind: number;
};

/** Which clients were served after `sinceUs`. */
export function serviceOf(
  members: readonly ClientSpec[],
  milestones: readonly Milestones[],
  sinceUs: number,
): Service {
  const reached = new Map(milestones.map((each) => [each.participant, each]));
  const service = { receivers: 0, served: 0, deaf: 0, blind: 0 };
  const talking = countByRoom(members.filter(hasMicrophone));
  const filmed = countByRoom(members.filter(hasCamera));
  for (const spec of members) {
    const { lastAudio = 0, lastFrame = 0 } = reached.get(spec.participant) ?? {};
    const expected = { audio: hears(spec, talking), video: sees(spec, filmed) };
    if (!expected.audio && !expected.video) continue;
    service.receivers += 1;
    service.served += Number(Math.max(lastAudio, lastFrame) >= sinceUs);
    service.deaf += Number(expected.audio && lastAudio < sinceUs);
    service.blind += Number(expected.video && lastFrame < sinceUs);
  }
  return service;
}

function hasMicrophone({ audio }: ClientSpec): boolean {
  return audio !== 'none';
}

function hasCamera({ video }: ClientSpec): boolean {
  return video !== undefined;
}

/** Somebody else in the room has a microphone. */
function hears(spec: ClientSpec, talking: ReadonlyMap<string, number>): boolean {
  return (talking.get(spec.room) ?? 0) > Number(hasMicrophone(spec));
}

/** Somebody else in the room has a camera, and this one looks. */
function sees(spec: ClientSpec, filmed: ReadonlyMap<string, number>): boolean {
  const looks = spec.view !== 'none' && spec.lastN !== 0;
  return looks && (filmed.get(spec.room) ?? 0) > Number(hasCamera(spec));
}

function countByRoom(members: readonly ClientSpec[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { room } of members) counts.set(room, (counts.get(room) ?? 0) + 1);
  return counts;
}
