import type { Logger } from '../../base/logger.ts';
import type { ConferenceRouter } from './conference-router.ts';
import { PipedSource } from './piped-source.ts';
import type { Consumable } from './consumable.ts';
import type { RouterPipes } from './router-pipes.ts';

export type SourcePipesOptions = {
  readonly pipes: RouterPipes;
  /** Merges requests for key frames, as at the origin. */
  readonly keyFrameRequestDelay: number;
  /** A microphone, to be heard wherever the conference listens. */
  readonly isHeard: boolean;
  /** There is something to consume on `router`, or there is not any more. */
  readonly onChanged: (router: ConferenceRouter) => void;
  readonly log: Logger;
};

/** Where one source is piped to: each other router at most once. */
export class SourcePipes {
  readonly #options: SourcePipesOptions;
  readonly #piped = new Map<ConferenceRouter, PipedSource>();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: SourcePipesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#piped.size;
  }

  /** What can be consumed on `router`; begins to pipe it there. */
  to(router: ConferenceRouter, origin: Consumable, from: ConferenceRouter): Consumable | undefined {
    const known = this.#piped.get(router);
    if (known) return known.consumable;
    if (router.closed || from.closed) return undefined;
    const { pipes, keyFrameRequestDelay, isHeard, onChanged, log } = this.#options;
    const piped = new PipedSource({
      origin,
      connect: async () => {
        await this.cleared(); // the SSRCs are the same
        return pipes.between(from, router);
      },
      keyFrameRequestDelay,
      kept: isHeard && router.observers !== undefined,
      onReady: () => onChanged(router),
      onEnded: () => {
        if (this.#piped.get(router) === piped) this.#piped.delete(router);
        onChanged(router);
      },
      log,
    });
    this.#piped.set(router, piped);
    return undefined;
  }

  /** The origin is gone. */
  clear(): void {
    for (const piped of this.#piped.values()) {
      const closing = piped.close();
      this.#closing.add(closing);
      void closing.then(() => this.#closing.delete(closing));
    }
    this.#piped.clear();
  }

  /** Resolves when no worker holds anything of what was cleared. */
  async cleared(): Promise<void> {
    await Promise.all(this.#closing);
  }
}
