import { Measurements, type Snapshot, sumSnapshots } from './measurements.ts';

/** Snapshots by what they are of. */
export type Snapshots = Readonly<Record<string, Snapshot>>;

/** Media on its way from clients of one group to those of another. */
export function wayBetween(from: number, to: number): string {
  return `${from} ${to}`;
}

/** What the clients of one process saw, kept apart by their groups, and what came to them by the groups it came from. */
export class GroupMeasurements {
  readonly #groups = new Map<string, Measurements>();
  readonly #ways = new Map<string, Measurements>();

  /** What a group's clients did and saw. */
  of(group: number): Measurements {
    return ofKey(this.#groups, String(group));
  }

  /** What became of media between two groups: loss, delay, gaps, freezes. */
  between(from: number, to: number): Measurements {
    return ofKey(this.#ways, wayBetween(from, to));
  }

  snapshots(): { readonly groups: Snapshots; readonly ways: Snapshots } {
    return { groups: snapshotsOf(this.#groups), ways: snapshotsOf(this.#ways) };
  }
}

/** The sums of what several processes have of the same. */
export function sumByKey(all: readonly Snapshots[]): Snapshots {
  const keys = [...new Set(all.flatMap((each) => Object.keys(each)))];
  return Object.fromEntries(
    keys.map((key) => [key, sumSnapshots(all.flatMap((each) => each[key] ?? []))]),
  );
}

function ofKey(all: Map<string, Measurements>, key: string): Measurements {
  const known = all.get(key);
  if (known) return known;
  const made = new Measurements();
  all.set(key, made);
  return made;
}

function snapshotsOf(all: ReadonlyMap<string, Measurements>): Snapshots {
  return Object.fromEntries([...all].map(([key, each]) => [key, each.snapshot()]));
}
