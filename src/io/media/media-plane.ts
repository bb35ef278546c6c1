import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import {
  MediaUnavailableError,
  type ConferenceMedia,
  type ConferenceMediaOptions,
  type MediaFigures,
  type MediaPlane,
} from '../../conference/ports.ts';
import { MediasoupConference, type MediaContext } from './conference-media.ts';
import { ForwardingDelay } from './forwarding-delay.ts';
import type { MediaOptions } from './media-options.ts';
import type { MediaWorker } from './media-worker.ts';
import { installExactParameters } from './ortc-override.ts';
import { Sweep } from './sweep.ts';
import { Traffic } from './traffic.ts';
import { forwardMediasoupLog } from './worker-log.ts';
import { WorkerPool, type WorkerSlot } from './worker-pool.ts';

const TICK_MS = 1000;
/** Workers whose CPU differs by less count as equally busy; a fraction of one core. */
const CPU_STEP = 0.1;
/** A worker that dies again so soon is likely killed by one of its calls: they end. */
const DIED_AGAIN_MS = 10_000;

/** The engine: mediasoup workers and the conferences on them (docs/media-plane.md). */
export class MediasoupPlane implements MediaPlane {
  readonly #context: MediaContext;
  readonly #pool: WorkerPool;
  /** The conferences on each worker of the pool, and how many are being opened there. */
  readonly #conferences: readonly Set<MediasoupConference>[];
  readonly #opening: number[];
  /** Apart from the endpoints, whose number may slow theirs down. */
  readonly #workerSweep: Sweep;
  readonly #ticker: NodeJS.Timeout;
  #workersDied = 0;
  /** When the worker in each place died last. */
  readonly #diedMs = new Map<number, number>();

  private constructor(context: MediaContext, pool: WorkerPool) {
    this.#context = context;
    this.#pool = pool;
    this.#conferences = pool.slots.map(() => new Set());
    this.#opening = pool.slots.map(() => 0);
    this.#workerSweep = new Sweep(context.log);
    this.#ticker = setInterval(() => context.traffic.tick(performance.now()), TICK_MS);
    this.#ticker.unref();
    pool.listen({
      started: (slot) => {
        const { worker } = slot;
        worker.onDied(this.#workerSweep.add(worker));
        this.#resume(slot);
      },
      died: (slot, reason) => this.#suspend(slot, reason),
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

  async openConference(options: ConferenceMediaOptions): Promise<ConferenceMedia> {
    const slot = this.#leastLoaded();
    if (!slot) throw new MediaUnavailableError('no media worker is alive');
    const { worker } = slot;
    const conferences = this.#conferencesOn(slot);
    this.#countOpening(slot, 1);
    try {
      const conference = await MediasoupConference.open(worker, options, {
        ...this.#context,
        onClose: (closed) => conferences.delete(closed),
      });
      conferences.add(conference);
      return conference;
    } catch (error) {
      if (worker.alive) throw error;
      throw new MediaUnavailableError('the media worker died', { cause: error });
    } finally {
      this.#countOpening(slot, -1);
    }
  }

  figures(): MediaFigures {
    return {
      workers: this.#pool.slots.map((slot) => {
        const conferences = this.#conferencesOn(slot);
        return slot.worker.figures({
          conferences: conferences.size,
          endpoints: sum(conferences, ({ endpoints }) => endpoints),
          consumers: sum(conferences, ({ consumers }) => consumers),
        });
      }),
      ...this.#context.traffic.figures(),
      ...this.#context.traffic.transports,
      forwardingDelay: this.#context.delay.figures(),
      workersDied: this.#workersDied,
    };
  }

  /** Ends every conference and worker. */
  close(): void {
    clearInterval(this.#ticker);
    this.#workerSweep.close();
    for (const conferences of this.#conferences)
      for (const conference of [...conferences]) conference.close();
    this.#pool.close();
  }

  #conferencesOn({ index }: WorkerSlot): Set<MediasoupConference> {
    return this.#conferences[index] ?? new Set();
  }

  #countOpening({ index }: WorkerSlot, change: 1 | -1): void {
    this.#opening[index] = (this.#opening[index] ?? 0) + change;
  }

  /** By measured CPU in steps, so that what was placed a moment ago counts as well. */
  #leastLoaded(): WorkerSlot | undefined {
    const load = (slot: WorkerSlot) => ({
      cpu: Math.floor(slot.worker.cpu / CPU_STEP),
      endpoints:
        (this.#opening[slot.index] ?? 0) +
        sum(this.#conferencesOn(slot), ({ endpoints }) => endpoints + 1),
    });
    return this.#pool.slots
      .filter(({ worker }) => worker.alive)
      .map((slot) => ({ slot, ...load(slot) }))
      .sort((a, b) => a.cpu - b.cpu || a.endpoints - b.endpoints)
      .at(0)?.slot;
  }

  /** Calls wait for the next worker, unless they may be what kills them. */
  #suspend(slot: WorkerSlot, reason: string): void {
    const conferences = this.#conferencesOn(slot);
    const nowMs = performance.now();
    const again = nowMs - (this.#diedMs.get(slot.index) ?? -Infinity) < DIED_AGAIN_MS;
    this.#diedMs.set(slot.index, nowMs);
    this.#workersDied += 1;
    this.#context.log.error(
      { worker: slot.index, reason, conferences: conferences.size },
      again ? 'media worker died again: its conferences end' : 'media worker died',
    );
    if (again) this.#lose(slot, `the media worker died twice within seconds: ${reason}`);
    else for (const conference of conferences) conference.suspend();
  }

  #lose(slot: WorkerSlot, reason: string): void {
    for (const conference of [...this.#conferencesOn(slot)]) conference.lose(reason);
  }

  #resume(slot: WorkerSlot): void {
    const conferences = [...this.#conferencesOn(slot)];
    const diedMs = this.#diedMs.get(slot.index);
    if (conferences.length === 0 || diedMs === undefined) return;
    const { log } = this.#context;
    runInBackground(async () => {
      const left = await Promise.all(
        conferences.map((conference) => moveOrLose(conference, slot.worker, log)),
      );
      log.info(
        {
          worker: slot.index,
          conferences: conferences.length,
          endpointsLost: left.reduce((total, count) => total + count, 0),
          pauseMs: Math.round(performance.now() - diedMs),
        },
        'calls go on with another media worker',
      );
    }, log);
  }
}

/** @returns how many endpoints were left behind */
async function moveOrLose(
  conference: MediasoupConference,
  worker: MediaWorker,
  log: Logger,
): Promise<number> {
  const { endpoints } = conference;
  try {
    return await conference.moveTo(worker);
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
