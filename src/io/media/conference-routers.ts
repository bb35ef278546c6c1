import { EventEmitter, once } from 'node:events';
import { ConferenceRouter } from './conference-router.ts';
import type { WorkerSlot } from './worker-pool.ts';

/** While a worker is gone and its successor is awaited. */
type Suspension = { readonly over: Promise<void>; readonly end: () => void };

/** The routers of one conference, by the places of their workers; the first one is its home. */
export class ConferenceRouters {
  readonly #home: number;
  readonly #routers = new Map<number, Promise<ConferenceRouter>>();
  readonly #suspensions = new Map<number, Suspension>();

  private constructor(home: ConferenceRouter) {
    this.#home = home.place;
    this.#routers.set(home.place, Promise.resolve(home));
  }

  static async open(slot: WorkerSlot): Promise<ConferenceRouters> {
    return new ConferenceRouters(await ConferenceRouter.open(slot, true));
  }

  /** In the order in which they were taken. */
  get places(): readonly number[] {
    return [...this.#routers.keys()];
  }

  has(place: number): boolean {
    return this.#routers.has(place);
  }

  isHome(place: number): boolean {
    return place === this.#home;
  }

  isSuspended(place: number): boolean {
    return this.#suspensions.has(place);
  }

  /** Resolves when the worker of some place is there. */
  async someRuns(): Promise<void> {
    while (this.places.every((place) => this.isSuspended(place)))
      await Promise.race([...this.#suspensions.values()].map(({ over }) => over));
  }

  /** Opened if it is not yet there. */
  at(slot: WorkerSlot): Promise<ConferenceRouter> {
    const known = this.#routers.get(slot.index);
    if (known) return known;
    const opening = ConferenceRouter.open(slot, false);
    this.#routers.set(slot.index, opening);
    opening.catch(() => {
      // Whoever asked is told.
      this.#routers.delete(slot.index);
      this.resume(slot.index);
    });
    return opening;
  }

  /** The worker died. */
  suspend(place: number): void {
    if (!this.isSuspended(place)) this.#suspensions.set(place, suspension());
  }

  /** Another worker is there. */
  async replace(slot: WorkerSlot): Promise<ConferenceRouter> {
    const router = await ConferenceRouter.open(slot, this.isHome(slot.index));
    this.#routers.set(slot.index, Promise.resolve(router));
    return router;
  }

  /** Whoever waited for that goes on. */
  resume(place: number): void {
    this.#suspensions.get(place)?.end();
    this.#suspensions.delete(place);
  }

  /** Nobody is there any more. */
  leave(place: number): void {
    const router = this.#routers.get(place);
    this.#routers.delete(place);
    closeOpened(router);
  }

  close(): void {
    for (const place of this.places) {
      this.resume(place);
      closeOpened(this.#routers.get(place));
    }
  }
}

/** One that was not opened is none to close. */
function closeOpened(router: Promise<ConferenceRouter> | undefined): void {
  router?.then(
    (opened) => opened.close(),
    () => undefined,
  );
}

function suspension(): Suspension {
  const ended = new EventEmitter();
  const over = once(ended, 'over').then(() => undefined);
  return { over, end: () => void ended.emit('over') };
}
