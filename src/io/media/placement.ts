/** When a conference that has a worker gets another one. */
export type PlacementOptions = {
  /** A worker with more CPU is not given further endpoints while there is another; fraction of a core, 1 = never. */
  readonly cpuCeiling: number;
  /** Endpoints of one conference on one worker; Infinity = no limit. */
  readonly endpointsPerConference: number;
};

/** A conference stays on one worker. */
export const onOneWorker: PlacementOptions = { cpuCeiling: 1, endpointsPerConference: Infinity };

/** A living worker that something could be placed on. */
export type Place = {
  readonly index: number;
  /** Fraction of a core, over the last second and with `Newcomers.cpu`. */
  readonly cpu: number;
  /** All there are, with those that are being added. */
  readonly endpoints: number;
};

/** What somebody in a meeting of ten costs (docs/media-plane.md, "A conference across workers"), as a fraction of a core. */
const NEWCOMER_CPU = 0.005;
/** Until media flows and a whole second of it was measured. */
const NEWCOMER_MS = 10_000;

/** Endpoints that joined a moment ago: their worker's CPU says little of what they will cost. */
export class Newcomers {
  /** When they joined, by the places of their workers, the first one first. */
  readonly #joinedMs = new Map<number, readonly number[]>();

  add(place: number, nowMs: number): void {
    this.#joinedMs.set(place, [...this.#at(place, nowMs), nowMs]);
  }

  /** What they are expected to cost. */
  cpu(place: number, nowMs: number): number {
    return this.#at(place, nowMs).length * NEWCOMER_CPU;
  }

  #at(place: number, nowMs: number): readonly number[] {
    return (this.#joinedMs.get(place) ?? []).filter((joinedMs) => nowMs - joinedMs < NEWCOMER_MS);
  }
}

/** Workers whose CPU differs by less count as equally busy. */
const CPU_STEP = 0.1;

/** By measured CPU in steps, so that what was placed a moment ago counts as well. */
export function leastLoaded<T extends Place>(places: readonly T[]): T | undefined {
  return [...places].sort((a, b) => step(a) - step(b) || a.endpoints - b.endpoints).at(0);
}

/**
 * Where the next endpoint of a conference goes.
 * @param own by worker, how many endpoints of the conference are there, in the order in which it took them
 */
export function placeNext<T extends Place>(
  places: readonly T[],
  own: ReadonlyMap<number, number>,
  { cpuCeiling, endpointsPerConference }: PlacementOptions,
): T | undefined {
  const hasRoom = ({ index, cpu }: Place) =>
    (cpu <= cpuCeiling || cpuCeiling >= 1) && (own.get(index) ?? 0) < endpointsPerConference;
  const mine = [...own.keys()].flatMap(
    (index) => places.find((place) => place.index === index) ?? [],
  );
  return (
    mine.find(hasRoom) ??
    leastLoaded(places.filter((place) => !own.has(place.index) && hasRoom(place))) ??
    leastLoaded(mine) ??
    leastLoaded(places)
  );
}

function step({ cpu }: Place): number {
  return Math.floor(cpu / CPU_STEP);
}
