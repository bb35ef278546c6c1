import type { EndpointId } from '../model/ids.ts';
import { voiceThresholdDbov } from './heard-microphones.ts';

export type SpeakersConfig = {
  /** How many former speakers clients are told of. */
  readonly recentSpeakersCount: number;
  readonly silence: {
    /** Whether clients are told when nobody speaks. */
    readonly detect: boolean;
    readonly timeoutMs: number;
  };
};

type Levels = readonly { readonly endpointId: EndpointId; readonly dBov: number }[];

/** Who spoke last, in order: decides the priority of video and whom clients show (allocation.md §1.2, §3.1). */
export class Speakers {
  readonly #config: SpeakersConfig;
  /** Everybody who was ever dominant, the present one first. */
  #recent: readonly EndpointId[] = [];
  /**
   * Picked by the worker among those who are left when it lost the dominant microphone, or all it knew. JVB waits until one
   * of them speaks, so this one is believed once heard.
   */
  #nominee: EndpointId | undefined;
  #voiceMs = -Infinity;
  #silent = false;

  constructor(config: SpeakersConfig) {
    this.#config = config;
  }

  get dominant(): EndpointId | undefined {
    return this.#recent[0];
  }

  /** Former speakers to announce, most recent first. */
  get previous(): readonly EndpointId[] {
    return this.#recent.slice(1, this.#announcedCount);
  }

  /** Nobody has spoken for a while; never where that is not to be announced. */
  get silent(): boolean {
    return this.#silent;
  }

  /**
   * The worker found somebody dominant.
   * @param choice arbitrary: not compared with anybody, silent or not.
   * @returns whether somebody else was before.
   */
  becameDominant(
    id: EndpointId,
    { arbitrary = false }: { readonly arbitrary?: boolean },
    nowMs: number,
  ): boolean {
    this.#nominee = undefined;
    if (this.dominant === id) return false;
    if (arbitrary && this.dominant !== undefined) {
      this.#nominee = id;
      return false;
    }
    this.#promote(id, nowMs);
    return true;
  }

  /** @returns what is to be announced: somebody else is dominant, or silence is over. */
  observe(levels: Levels, nowMs: number): 'dominant' | 'silence' | undefined {
    const voices = levels.filter(({ dBov }) => dBov > voiceThresholdDbov);
    if (voices.length === 0) return undefined;
    this.#voiceMs = nowMs;
    const wasSilent = this.#silent;
    this.#silent = false;
    const nominee = this.#nominee;
    if (nominee !== undefined && voices.some(({ endpointId }) => endpointId === nominee)) {
      this.#promote(nominee, nowMs);
      return 'dominant';
    }
    return wasSilent ? 'silence' : undefined;
  }

  /** @returns whether silence has begun. */
  tick(nowMs: number): boolean {
    const { detect, timeoutMs } = this.#config.silence;
    const quietMs = nowMs - this.#voiceMs;
    if (!detect || this.#silent || this.dominant === undefined || quietMs < timeoutMs) return false;
    this.#silent = true;
    return true;
  }

  /** @returns whether what is announced changed. */
  left(id: EndpointId): boolean {
    if (this.#nominee === id) this.#nominee = undefined;
    const place = this.#recent.indexOf(id);
    if (place === -1) return false;
    this.#recent = this.#recent.filter((other) => other !== id);
    return place < this.#announcedCount;
  }

  isRecent(id: EndpointId): boolean {
    return this.#recent.slice(0, this.#announcedCount).includes(id);
  }

  /** By speech activity: the dominant one, former ones, then who never spoke in the order given. */
  inOrder(ids: Iterable<EndpointId>): EndpointId[] {
    const present = new Set(ids);
    const spoke = this.#recent.filter((id) => present.delete(id));
    return [...spoke, ...present];
  }

  get #announcedCount(): number {
    return this.#config.recentSpeakersCount + 1;
  }

  #promote(id: EndpointId, nowMs: number): void {
    this.#recent = [id, ...this.#recent.filter((other) => other !== id)];
    this.#nominee = undefined;
    this.#silent = false;
    this.#voiceMs = nowMs;
  }
}
