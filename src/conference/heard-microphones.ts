import type { EndpointId } from '../model/ids.ts';

/** Quieter than this is taken for a room, not a voice. dBov. */
export const voiceThresholdDbov = -60;

const limits = {
  /** The first word of somebody silent for longer may be late. */
  keptMs: 120_000,
  /** As many audio slots as JVB's clients ask for. */
  kept: 50,
  /** With so many kept, a level alone takes the place only of who was not heard for this long: many rooms may be equally noisy. */
  quietMs: 10_000,
};

/** Which microphones were heard lately: in a large conference only those are sent. */
export class HeardMicrophones {
  readonly #always: number;
  /** When each was heard last, most recently heard first. */
  #heardMs: ReadonlyMap<EndpointId, number> = new Map();
  #heard: ReadonlySet<EndpointId> = new Set();

  /** @param always the last so many, however long ago */
  constructor(always: number) {
    this.#always = always;
  }

  /** Those heard within two minutes, at most 50, and in any case the last of all. */
  get heard(): ReadonlySet<EndpointId> {
    return this.#heard;
  }

  /**
   * @param levels loudest first, dBov.
   * @returns whether the set of those who are heard changed.
   */
  observe(
    levels: readonly { readonly endpointId: EndpointId; readonly dBov: number }[],
    nowMs: number,
  ): boolean {
    const voices = levels.filter(({ dBov }) => dBov > voiceThresholdDbov);
    let room = limits.kept - this.#heardMs.size;
    for (const heardMs of this.#heardMs.values()) if (nowMs - heardMs > limits.quietMs) room += 1;
    const heard = voices.filter(({ endpointId: id }) => this.#heardMs.has(id) || room-- > 0);
    return this.#speak(
      heard.map(({ endpointId }) => endpointId),
      nowMs,
    );
  }

  /**
   * Somebody speaks, however quietly.
   * @returns whether the set of those who are heard changed.
   */
  speaks(id: EndpointId, nowMs: number): boolean {
    return this.#speak([id], nowMs);
  }

  left(id: EndpointId): void {
    this.#heardMs = new Map([...this.#heardMs].filter(([other]) => other !== id));
    this.#heard = new Set([...this.#heard].filter((other) => other !== id));
  }

  #speak(voices: readonly EndpointId[], nowMs: number): boolean {
    const speaking = new Map(voices.map((id) => [id, nowMs]));
    const others = [...this.#heardMs].filter(([id]) => !speaking.has(id));
    this.#heardMs = new Map([...speaking, ...others].slice(0, limits.kept));
    const heard = [...this.#heardMs].filter(
      ([, heardMs], place) => place < this.#always || nowMs - heardMs <= limits.keptMs,
    );
    const former = this.#heard;
    this.#heard = new Set(heard.map(([id]) => id));
    return this.#heard.size !== former.size || heard.some(([id]) => !former.has(id));
  }
}
