import type { ClientSpec } from '../client/client-spec.ts';
import type { NetworkProfile } from '../media/link.ts';
import type { VideoCodec } from '../media/trace.ts';
import type { Limits } from '../report/report.ts';

/** What every participant of a run shares where its scenario does not say otherwise; the user's knobs. */
export type Knobs = {
  readonly codec: VideoCodec;
  readonly channel: ClientSpec['channel'];
  readonly lastN: number;
  /** How many voices of a room the bridge sends; 0 = all. */
  readonly loudest: number;
  readonly network: NetworkProfile;
  /** Of rooms with several people; `stage` follows the speaker. */
  readonly view: 'tile' | 'stage';
};

/** Clients that are alike; what is left out is as the knobs say. */
export type ClientGroup = {
  readonly name: string;
  /** So many come to each room, whatever the size. */
  readonly count: number | undefined;
  /** Of the people the size counts, 0 to 100; those of all groups without `count` are 100. */
  readonly sharePercent: number;
  readonly microphone: ClientSpec['audio'];
  /** `true`: of the codec the knobs say. */
  readonly camera: boolean | VideoCodec;
  readonly view?: ClientSpec['view'] | undefined;
  readonly lastN?: number | undefined;
  readonly channel?: ClientSpec['channel'] | undefined;
  readonly network: {
    readonly up: Partial<NetworkProfile>;
    readonly down: Partial<NetworkProfile>;
  };
  /** Of what comes to them, instead of the scenario's. */
  readonly limits: Partial<Limits>;
};

/** Groups that share network and limits: what the figures are kept apart by. */
export type GroupProfile = {
  /** Of all of them. */
  readonly name: string;
  readonly network: ClientSpec['network'];
  readonly limits: Partial<Limits>;
};

/** Who is in which room at each size of a load. */
export type Scenario = {
  readonly name: string;
  readonly summary: string;
  /** The steps `step` and `quick` climb. */
  readonly sizes: readonly number[];
  /** A size counts rooms of so many people; undefined = people of one room. Groups with a `count` come besides. */
  readonly peoplePerRoom: number | undefined;
  /** What a step is called; `{size}` and `{people}`, all of them, are filled in. */
  readonly step: string;
  /** How many start to join a second; 0 = all at once. */
  readonly joinsPerSecond: number;
  readonly clients: readonly ClientGroup[];
  /** Instead of the usual ones; `undefined` = not judged. */
  readonly limits: Partial<Limits>;
};

/** What a step of that size is called. */
export function stepName(scenario: Scenario, size: number): string {
  const people = String(placesOf(scenario, size).length);
  return scenario.step.replaceAll('{size}', String(size)).replaceAll('{people}', people);
}

/**
 * The clients of a size; a larger one has all those of a smaller one, in the same order.
 * @param first number of the first participant: runs on one bridge must not share any
 */
export function clientsOf(
  scenario: Scenario,
  size: number,
  knobs: Knobs,
  first: number,
): readonly ClientSpec[] {
  const profiles = profilesOf(scenario, knobs);
  return placesOf(scenario, size).map(({ room, group }, index) => ({
    participant: first + index,
    room,
    group: profiles.findIndex(({ groups }) => groups.includes(group)),
    audio: group.microphone,
    video: group.camera === true ? knobs.codec : group.camera || undefined,
    view: group.view ?? knobs.view,
    lastN: group.lastN ?? knobs.lastN,
    channel: group.channel ?? knobs.channel,
    loudest: knobs.loudest,
    network: networkOf(group, knobs),
  }));
}

/** By the places that `ClientSpec.group` counts. */
export function profilesOf(
  { clients, limits }: Scenario,
  knobs: Knobs,
): readonly (GroupProfile & { readonly groups: readonly ClientGroup[] })[] {
  const alike = new Map<string, ClientGroup[]>();
  for (const group of clients) {
    const key = JSON.stringify([networkOf(group, knobs), Object.entries(group.limits)]);
    alike.set(key, [...(alike.get(key) ?? []), group]);
  }
  return [...alike.values()].flatMap((groups) => {
    const [first] = groups;
    if (!first) return [];
    const name = groups.map((each) => each.name).join(', ');
    const own = { ...limits, ...first.limits };
    return { name, groups, network: networkOf(first, knobs), limits: own };
  });
}

function networkOf({ network }: ClientGroup, knobs: Knobs): ClientSpec['network'] {
  return {
    up: { ...knobs.network, ...network.up },
    down: { ...knobs.network, ...network.down },
  };
}

type Place = { readonly room: string; readonly group: ClientGroup };

function placesOf({ name, peoplePerRoom, clients }: Scenario, size: number): readonly Place[] {
  const rooms =
    peoplePerRoom === undefined
      ? [{ room: name, people: size }]
      : Array.from({ length: size }, (_, at) => ({
          room: `${name}-${at + 1}`,
          people: peoplePerRoom,
        }));
  const next = turns(clients.filter(({ count }) => count === undefined));
  return rooms.flatMap(({ room, people }) => [
    ...clients.flatMap((group) =>
      Array.from({ length: group.count ?? 0 }, () => ({ room, group })),
    ),
    ...Array.from({ length: people }, () => ({ room, group: next() })),
  ]);
}

/** One after the other, so that at each moment every group has had its share as nearly as can be. */
function turns(groups: readonly ClientGroup[]): () => ClientGroup {
  const due = groups.map((group) => ({ group, percent: 0 }));
  return () => {
    for (const each of due) each.percent += each.group.sharePercent;
    const chosen = due.reduce((most, each) => (each.percent > most.percent ? each : most));
    chosen.percent -= 100;
    return chosen.group;
  };
}
