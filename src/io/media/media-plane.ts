import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import {
  MediaUnavailableError,
  type ConferenceMedia,
  type ConferenceMediaOptions,
  type MediaFigures,
  type MediaPlane,
} from '../../conference/ports.ts';
import { MediasoupConference, type ConferenceLoad, type MediaContext } from './conference-media.ts';
import { ForwardingDelay } from './forwarding-delay.ts';
import type { MediaOptions } from './media-options.ts';
import type { MediaWorker, WorkerDeath } from './media-worker.ts';
import { installExactParameters } from './ortc-override.ts';
import { leastLoaded, Newcomers, placeNext, type Place } from './placement.ts';
import { Sweep } from './sweep.ts';
import { Traffic } from './traffic.ts';
import { forwardMediasoupLog } from './worker-log.ts';
import { WorkerPool, type WorkerSlot } from './worker-pool.ts';

/** Jicofo waits 15 s for an answer, and leaves a bridge that gives none or a failure alone for a minute (colibri2.md §5.2). */
const OPENING_LIMIT_MS = 10_000;

/** The engine: mediasoup workers and the conferences on them (docs/media-plane.md). */
export class MediasoupPlane implements MediaPlane {
  readonly #context: MediaContext;
  readonly #pool: WorkerPool;
  readonly #conferences = new Set<MediasoupConference>();
  /** How many conferences are being opened on each worker. */
  readonly #opening: number[];
  readonly #newcomers = new Newcomers();
  readonly #sweep: Sweep;
  #workersDied = 0;
  /** When the worker in each place died last, and since when its calls pause. */
  readonly #deaths = new Map<number, { readonly atMs: number; readonly pausedSinceMs: number }>();

  private constructor(context: Omit<MediaContext, 'sweep' | 'placeNext'>, pool: WorkerPool) {
    this.#sweep = new Sweep(context.log);
    this.#context = {
      ...context,
      sweep: this.#sweep,
      placeNext: (load) => this.#placeNext(load),
    };
    this.#pool = pool;
    this.#opening = pool.slots.map(() => 0);
    pool.listen({
      started: (slot) => this.#resume(slot),
      died: (slot, death) => this.#suspend(slot, death),
      notReplaced: (slot) => this.#lose(slot, 'the media worker died and could not be replaced'),
    });
  }

  /**
   * Starts the workers and opens the media ports.
   * @throws MediaStartError
   */
  static async start(options: MediaOptions, log: Logger): Promise<MediasoupPlane> {
    installExactParameters();
    forwardMediasoupLog(log, options.transports.redaction);
    const shared = { log, traffic: new Traffic(performance.now()), delay: new ForwardingDelay() };
    const pool = await WorkerPool.start(options, shared);
    return new MediasoupPlane({ ...shared, options }, pool);
  }

  /** The UDP and TCP ports, as really opened. */
  get ports(): MediaWorker['ports'] | undefined {
    return this.#pool.slots[0]?.worker.ports;
  }

  /** Waits where no worker lives, and goes to the next one if its worker dies meanwhile. */
  async openConference(options: ConferenceMediaOptions): Promise<ConferenceMedia> {
    const limit = AbortSignal.timeout(OPENING_LIMIT_MS);
    for (;;) {
      const slot = leastLoaded(this.#places())?.slot;
      if (slot) {
        const { worker } = slot;
        try {
          return await this.#openOn(slot, options);
        } catch (error) {
          if (worker.alive) throw error;
        }
      } else await this.#pool.nextStart(limit);
      if (limit.aborted) throw new MediaUnavailableError('no media worker is alive');
    }
  }

  async #openOn(slot: WorkerSlot, options: ConferenceMediaOptions): Promise<ConferenceMedia> {
    this.#countOpening(slot, 1);
    try {
      const conference = await MediasoupConference.open(slot, options, {
        ...this.#context,
        onClose: (closed) => this.#conferences.delete(closed),
      });
      this.#conferences.add(conference);
      return conference;
    } finally {
      this.#countOpening(slot, -1);
    }
  }

  figures(): MediaFigures {
    const spreads = [...this.#conferences].map((conference) => conference.spread());
    return {
      workers: this.#pool.slots.map((slot) => {
        const conferences = this.#conferencesOn(slot);
        return slot.worker.figures({
          conferences: conferences.length,
          endpoints: sum(conferences, (conference) => conference.endpointsAt(slot.index)),
          consumers: sum(conferences, (conference) => conference.consumersAt(slot.index)),
        });
      }),
      ...this.#context.traffic.figures(),
      ...this.#context.traffic.transports,
      forwardingDelay: this.#context.delay.figures(),
      spreadConferences: spreads.filter(({ workers }) => workers.length > 1).length,
      pipedSources: sum(spreads, ({ pipedSources }) => pipedSources),
      workersDied: this.#workersDied,
    };
  }

  /** Ends every conference and worker. */
  close(): void {
    this.#sweep.close();
    for (const conference of [...this.#conferences]) conference.close();
    this.#pool.close();
  }

  #conferencesOn({ index }: WorkerSlot): MediasoupConference[] {
    return [...this.#conferences].filter((conference) => conference.isOn(index));
  }

  #countOpening({ index }: WorkerSlot, change: 1 | -1): void {
    this.#opening[index] = (this.#opening[index] ?? 0) + change;
  }

  #placeNext({ own, isSuspended }: ConferenceLoad): WorkerSlot | undefined {
    const places = this.#places().filter(({ index }) => !isSuspended(index));
    const slot = placeNext(places, own, this.#context.options.placement)?.slot;
    if (slot) this.#newcomers.add(slot.index, performance.now());
    return slot;
  }

  /** The workers that live. */
  #places(): readonly (Place & { readonly slot: WorkerSlot })[] {
    const nowMs = performance.now();
    return this.#pool.slots
      .filter(({ worker }) => worker.alive)
      .map((slot) => {
        const { index, worker } = slot;
        const conferences = this.#conferencesOn(slot);
        const endpoints =
          (this.#opening[index] ?? 0) +
          sum(conferences, (conference) => conference.endpointsAt(index) + 1);
        const cpu = worker.cpu + this.#newcomers.cpu(index, nowMs);
        return { slot, index, cpu, endpoints };
      });
  }

  /** Calls wait for the next worker, unless they may be what kills them. */
  #suspend(slot: WorkerSlot, { reason, silentMs }: WorkerDeath): void {
    const conferences = this.#conferencesOn(slot);
    const nowMs = performance.now();
    const { stableMs } = this.#context.options.restarts;
    const again = nowMs - (this.#deaths.get(slot.index)?.atMs ?? -Infinity) < stableMs;
    this.#deaths.set(slot.index, { atMs: nowMs, pausedSinceMs: nowMs - silentMs });
    this.#workersDied += 1;
    this.#context.log.error(
      { worker: slot.index, reason, conferences: conferences.length },
      again ? 'media worker died again: its conferences end' : 'media worker died',
    );
    if (again) this.#lose(slot, `the media worker died twice within seconds: ${reason}`);
    else for (const conference of conferences) conference.suspend(slot.index);
  }

  #lose(slot: WorkerSlot, reason: string): void {
    for (const conference of this.#conferencesOn(slot)) conference.lose(reason);
  }

  #resume(slot: WorkerSlot): void {
    const conferences = this.#conferencesOn(slot);
    const death = this.#deaths.get(slot.index);
    if (conferences.length === 0 || !death) return;
    const { log } = this.#context;
    runInBackground(async () => {
      const left = await Promise.all(
        conferences.map((conference) => moveOrLose(conference, slot, log)),
      );
      log.info(
        {
          worker: slot.index,
          conferences: conferences.length,
          endpointsLost: left.reduce((total, count) => total + count, 0),
          pauseMs: Math.round(performance.now() - death.pausedSinceMs),
        },
        'calls go on with another media worker',
      );
    }, log);
  }
}

/** @returns how many endpoints were left behind */
async function moveOrLose(
  conference: MediasoupConference,
  slot: WorkerSlot,
  log: Logger,
): Promise<number> {
  const endpoints = conference.endpointsAt(slot.index);
  try {
    return await conference.moveTo(slot);
  } catch (error) {
    log.error({ err: error }, 'a conference could not go on with another media worker');
    conference.lose('the media worker died, and the conference could not go on with another one');
    return endpoints;
  }
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}
