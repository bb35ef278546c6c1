import type { Logger } from '../../base/logger.ts';
import {
  MediaUnavailableError,
  type ConferenceMedia,
  type ConferenceMediaOptions,
  type MediaFigures,
  type MediaPlane,
} from '../../conference/ports.ts';
import { MediasoupConference, type MediaContext } from './conference-media.ts';
import type { MediaOptions } from './media-options.ts';
import { MediaWorker, type WorkerContext } from './media-worker.ts';
import { installExactParameters } from './ortc-override.ts';
import { Sweep } from './sweep.ts';
import { Traffic } from './traffic.ts';
import { forwardMediasoupLog } from './worker-log.ts';

const FIRST_RESTART_DELAY_MS = 200;
const MAX_RESTART_DELAY_MS = 30_000;
/** A worker that lived this long starts the back-off anew. */
const STABLE_MS = 60_000;
const TICK_MS = 1000;

/** A place for a worker: keeps its ports over the worker's death. */
type Slot = {
  readonly index: number;
  options: MediaOptions;
  worker: MediaWorker;
  readonly conferences: Set<MediasoupConference>;
  restartDelayMs: number;
};

/** The engine: mediasoup workers and the conferences on them (docs/media-plane.md). */
export class MediasoupPlane implements MediaPlane {
  readonly #context: MediaContext;
  readonly #slots: readonly Slot[];
  /** Apart from the endpoints, whose number may slow theirs down. */
  readonly #workerSweep: Sweep;
  readonly #ticker: NodeJS.Timeout;
  readonly #restarts = new Set<NodeJS.Timeout>();
  #workersDied = 0;
  #closed = false;

  private constructor(context: MediaContext, slots: readonly Slot[]) {
    this.#context = context;
    this.#slots = slots;
    this.#workerSweep = new Sweep(context.log);
    this.#ticker = setInterval(() => context.traffic.tick(performance.now()), TICK_MS);
    this.#ticker.unref();
    for (const slot of slots) this.#attend(slot);
  }

  /**
   * Starts the workers and opens the media ports.
   * @throws MediaStartError
   */
  static async start(options: MediaOptions, log: Logger): Promise<MediasoupPlane> {
    installExactParameters();
    forwardMediasoupLog(log);
    const slots: Slot[] = [];
    const traffic = new Traffic(performance.now());
    try {
      for (let index = 0; index < options.workers; index += 1) {
        slots.push(await openSlot(index, options, { log, traffic }));
      }
    } catch (error) {
      for (const { worker } of slots) worker.close();
      throw error;
    }
    return new MediasoupPlane({ options, sweep: new Sweep(log), traffic, log }, slots);
  }

  /** The UDP and TCP ports of the first worker, as really opened. */
  get ports(): MediaWorker['ports'] | undefined {
    return this.#slots[0]?.worker.ports;
  }

  async openConference(options: ConferenceMediaOptions): Promise<ConferenceMedia> {
    const slot = this.#leastLoaded();
    if (!slot) throw new MediaUnavailableError('no media worker is alive');
    const { worker, conferences } = slot;
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
    }
  }

  figures(): MediaFigures {
    return {
      workers: this.#slots.map(({ worker, conferences }) =>
        worker.figures({
          conferences: conferences.size,
          endpoints: sum(conferences, ({ endpoints }) => endpoints),
          consumers: sum(conferences, ({ consumers }) => consumers),
        }),
      ),
      ...this.#context.traffic.figures(),
      workersDied: this.#workersDied,
    };
  }

  /** Ends every conference and worker. */
  close(): void {
    this.#closed = true;
    clearInterval(this.#ticker);
    for (const timer of this.#restarts) clearTimeout(timer);
    this.#context.sweep.close();
    this.#workerSweep.close();
    for (const { worker, conferences } of this.#slots) {
      for (const conference of [...conferences]) conference.close();
      worker.close();
    }
  }

  #leastLoaded(): Slot | undefined {
    const load = ({ conferences }: Slot) => sum(conferences, ({ endpoints }) => endpoints + 1);
    return this.#slots
      .filter(({ worker }) => worker.alive)
      .sort((a, b) => load(a) - load(b))
      .at(0);
  }

  #attend(slot: Slot): void {
    const { worker } = slot;
    const startedMs = performance.now();
    const leave = this.#workerSweep.add(worker);
    worker.onDied((reason) => {
      leave();
      this.#workersDied += 1;
      this.#context.log.error(
        { worker: slot.index, reason, conferences: slot.conferences.size },
        'media worker died: its conferences end',
      );
      if (performance.now() - startedMs > STABLE_MS) slot.restartDelayMs = FIRST_RESTART_DELAY_MS;
      for (const conference of [...slot.conferences])
        conference.lose(`the media worker died ${reason}`);
      this.#restartLater(slot);
    });
  }

  #restartLater(slot: Slot): void {
    if (this.#closed) return;
    const timer = setTimeout(() => {
      this.#restarts.delete(timer);
      this.#restart(slot).catch((error: unknown) => {
        this.#context.log.error(
          { err: error, worker: slot.index },
          'media worker did not come back',
        );
        this.#restartLater(slot);
      });
    }, slot.restartDelayMs);
    this.#restarts.add(timer);
    slot.restartDelayMs = Math.min(slot.restartDelayMs * 2, MAX_RESTART_DELAY_MS);
  }

  async #restart(slot: Slot): Promise<void> {
    const worker = await MediaWorker.start(slot.options, this.#context);
    if (this.#closed) {
      worker.close();
      return;
    }
    slot.worker = worker;
    this.#attend(slot);
  }
}

async function openSlot(
  index: number,
  options: MediaOptions,
  context: WorkerContext,
): Promise<Slot> {
  const worker = await MediaWorker.start(options, context);
  const { udp, tcp } = worker.ports;
  return {
    index,
    worker,
    conferences: new Set(),
    restartDelayMs: FIRST_RESTART_DELAY_MS,
    // Clients know these ports: a successor takes the same ones.
    options: {
      ...options,
      listen: { ...options.listen, udpPort: udp, ...(tcp !== undefined && { tcpPort: tcp }) },
    },
  };
}

function sum<T>(items: Iterable<T>, value: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += value(item);
  return total;
}
