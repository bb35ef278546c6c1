import type { EndpointId } from '../model/ids.ts';

/** Quieter than this is taken for a room, not a voice. dBov. */
export const voiceThresholdDbov = -60;

/** Which microphones were heard last: in a large conference only those are sent (decisions: the last 20). */
export class HeardMicrophones {
  readonly #count: number;
  /** Most recently heard first. */
  #order: readonly EndpointId[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  get heard(): readonly EndpointId[] {
    return this.#order;
  }

  /**
   * @param levels loudest first, dBov.
   * @returns whether the set of those who are heard changed.
   */
  observe(levels: readonly { readonly endpointId: EndpointId; readonly dBov: number }[]): boolean {
    const voices = levels
      .filter(({ dBov }) => dBov > voiceThresholdDbov)
      .map(({ endpointId }) => endpointId);
    const former = new Set(this.#order);
    this.#order = [...new Set([...voices, ...this.#order])].slice(0, this.#count);
    return this.#order.some((id) => !former.has(id));
  }

  /**
   * Somebody speaks, however quietly.
   * @returns whether the set of those who are heard changed.
   */
  speaks(id: EndpointId): boolean {
    const known = this.#order.includes(id);
    this.#order = [...new Set([id, ...this.#order])].slice(0, this.#count);
    return !known;
  }

  left(id: EndpointId): void {
    this.#order = this.#order.filter((other) => other !== id);
  }
}
