import type { EndpointId } from '../model/ids.ts';

/** `videobridge.loudest` (allocation.md §3.2). */
export type LoudestConfig = {
  /** Off: whoever is heard is sent. */
  readonly routeLoudestOnly: boolean;
  readonly numLoudest: number;
  /** The dominant speaker is sent however quiet. */
  readonly alwaysRouteDominant: boolean;
  /** Who was not observed for so long has no rank. */
  readonly energyExpireMs: number;
  /** Weight of the newest level in the smoothed one, percent. */
  readonly energyAlphaPct: number;
};

/** Who lost the rank is sent a little longer: words of two people alternate faster than streams should come and go. */
const holdMs = 1_000;
const silentDbov = -127;

type Energy = {
  readonly id: EndpointId;
  /** Smoothed level, 0 = silent to 127. */
  readonly score: number;
  readonly observedMs: number;
  readonly rankedMs: number;
};

/** The few loudest of a conference, where the operator wants no others sent; by levels the worker observes. */
export class LoudestMicrophones {
  readonly #config: LoudestConfig;
  #energies: readonly Energy[] = [];
  #loudest: ReadonlySet<EndpointId> = new Set();

  constructor(config: LoudestConfig) {
    this.#config = config;
  }

  get loudest(): ReadonlySet<EndpointId> {
    return this.#loudest;
  }

  /**
   * @param levels of those who are not silent, dBov.
   * @returns whether others are the loudest now.
   */
  observe(
    levels: readonly { readonly endpointId: EndpointId; readonly dBov: number }[],
    nowMs: number,
  ): boolean {
    const { energyExpireMs, numLoudest } = this.#config;
    const smoothed = this.#smoothed(levels, nowMs).sort((a, b) => b.score - a.score);
    const ranked = smoothed.filter(({ observedMs }) => nowMs - observedMs <= energyExpireMs);
    const loudest = new Set(ranked.slice(0, numLoudest).map(({ id }) => id));
    this.#energies = smoothed
      .map((energy) => (loudest.has(energy.id) ? { ...energy, rankedMs: nowMs } : energy))
      .filter(({ score, rankedMs }) => score > 0 || nowMs - rankedMs <= holdMs);
    return this.#replace(nowMs);
  }

  left(id: EndpointId): void {
    this.#energies = this.#energies.filter((energy) => energy.id !== id);
  }

  #replace(nowMs: number): boolean {
    const held = this.#energies.filter(({ rankedMs }) => nowMs - rankedMs <= holdMs);
    const next = new Set(held.map(({ id }) => id));
    const same = next.size === this.#loudest.size && [...next].every((id) => this.#loudest.has(id));
    if (!same) this.#loudest = next;
    return !same;
  }

  #smoothed(levels: Parameters<LoudestMicrophones['observe']>[0], nowMs: number): Energy[] {
    const observed = new Map(levels.map(({ endpointId, dBov }) => [endpointId, dBov - silentDbov]));
    const known = this.#energies.map((energy) => {
      const level = observed.get(energy.id);
      observed.delete(energy.id);
      const score = this.#smooth(energy.score, level ?? 0);
      return { ...energy, score, observedMs: level === undefined ? energy.observedMs : nowMs };
    });
    const fresh = [...observed].map(([id, level]) => {
      return { id, score: this.#smooth(0, level), observedMs: nowMs, rankedMs: -Infinity };
    });
    return [...known, ...fresh];
  }

  #smooth(former: number, level: number): number {
    const { energyAlphaPct } = this.#config;
    return Math.round((energyAlphaPct * level + (100 - energyAlphaPct) * former) / 100);
  }
}
