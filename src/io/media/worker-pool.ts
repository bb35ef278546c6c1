import { EventEmitter, once } from 'node:events';
import type { Logger } from '../../base/logger.ts';
import {
  MediaStartError,
  type JournalFile,
  type ListenOptions,
  type MediaOptions,
} from './media-options.ts';
import {
  MediaWorker,
  noTcp,
  udpPortError,
  type WorkerContext,
  type WorkerDeath,
} from './media-worker.ts';
import { findSharedPorts, MAX_WORKERS, SharedPorts } from './shared-ports.ts';
import { journalAddress } from './worker-reports.ts';

/** At once: calls wait for it. */
const FIRST_RESTART_DELAY_MS = 0;
const SECOND_RESTART_DELAY_MS = 200;
const MAX_RESTART_DELAY_MS = 30_000;
/** Where any free port will do, somebody else may take it between our looking for it and opening it. */
const FREE_PORT_ATTEMPTS = 5;
/**
 * Clients that only receive check their path every 2.5 s and are taken for gone after 3: half a second is left to see it in. So a worker
 * with endpoints that hangs is killed within 2 s: asked within one interval, given seven. A pause of this process counts as one interval.
 */
const PULSE = { intervalMs: 250, patienceMs: 1750 };
/** One in so many asks for figures: once a second. */
const FIGURES_EVERY = 4;

/** A place for a worker: keeps its ports and its letter over the worker's death. */
export type WorkerSlot = { readonly index: number; readonly worker: MediaWorker };

type Slot = {
  readonly index: number;
  worker: MediaWorker;
  journal: JournalFile | undefined;
  restartDelayMs: number;
};

export type WorkerPoolListener = {
  /** A worker runs, at the start or in the place of one that died. */
  started(slot: WorkerSlot): void;
  died(slot: WorkerSlot, death: WorkerDeath): void;
  /** No other worker came in its place; that is tried again later. */
  notReplaced(slot: WorkerSlot): void;
};

/** The worker processes: on one port together, each replaced when it dies. */
export class WorkerPool {
  readonly slots: readonly WorkerSlot[];
  readonly #slots: readonly Slot[];
  /** With the ports that were really opened: clients know them, a successor takes the same ones. */
  readonly #options: MediaOptions;
  readonly #sharedPorts: SharedPorts | undefined;
  readonly #context: WorkerContext;
  readonly #restarts = new Set<NodeJS.Timeout>();
  readonly #pulse: NodeJS.Timeout;
  #pulses = 0;
  /** Workers open the ports one after the other: their order counts. */
  #opening: Promise<unknown> = Promise.resolve();
  #listener: WorkerPoolListener | undefined;
  readonly #starts = new EventEmitter().setMaxListeners(0);
  #closed = false;

  private constructor(opened: Opened, context: WorkerContext) {
    this.#slots = opened.workers.map(({ worker, journal }, index) => ({
      index,
      worker,
      journal,
      restartDelayMs: FIRST_RESTART_DELAY_MS,
    }));
    this.slots = this.#slots;
    this.#options = opened.options;
    this.#sharedPorts = opened.sharedPorts;
    this.#context = context;
    this.#pulse = setInterval(() => this.#checkPulses(), PULSE.intervalMs);
    this.#pulse.unref();
  }

  /**
   * Starts the workers and opens the media ports. Where the system does not let workers share them there is one worker, and a
   * warning.
   * @throws MediaStartError
   */
  static async start(options: MediaOptions, context: WorkerContext): Promise<WorkerPool> {
    const workers = Math.min(options.workers, MAX_WORKERS);
    if (workers > 1) {
      const opened = await openTogether({ ...options, workers }, context);
      if (opened) return new WorkerPool(opened, context);
    }
    return new WorkerPool(await openAlone(options, context), context);
  }

  /** Tells of the workers there are, then of changes. */
  listen(listener: WorkerPoolListener): void {
    this.#listener = listener;
    for (const slot of this.#slots) this.#attend(slot);
  }

  /** Resolves when a worker comes in the place of one that died, and when `limit` is over. */
  async nextStart(limit: AbortSignal): Promise<void> {
    await once(this.#starts, 'start', { signal: limit }).catch(() => undefined);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#pulse);
    for (const timer of this.#restarts) clearTimeout(timer);
    for (const { worker, journal } of this.#slots) {
      worker.close();
      journal?.close();
    }
  }

  #checkPulses(): void {
    const figuresAreDue = this.#pulses % FIGURES_EVERY === 0;
    this.#pulses += 1;
    // Rates are of what came from one question for figures to the next.
    if (figuresAreDue) this.#context.traffic.tick(performance.now());
    for (const { worker } of this.#slots) worker.checkPulse(PULSE, figuresAreDue);
  }

  #attend(slot: Slot): void {
    const startedMs = performance.now();
    const died = (death: WorkerDeath) => {
      const livedMs = performance.now() - startedMs;
      if (livedMs > this.#options.restarts.stableMs) slot.restartDelayMs = FIRST_RESTART_DELAY_MS;
      this.#listener?.died(slot, death);
      this.#restartLater(slot);
    };
    if (!slot.worker.alive) {
      died({ reason: 'it ended while others were started', silentMs: 0 });
      return;
    }
    slot.worker.onDied(died);
    this.#listener?.started(slot);
    this.#starts.emit('start');
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
        this.#listener?.notReplaced(slot);
        this.#restartLater(slot);
      });
    }, slot.restartDelayMs);
    this.#restarts.add(timer);
    slot.restartDelayMs = Math.min(
      Math.max(slot.restartDelayMs * 2, SECOND_RESTART_DELAY_MS),
      MAX_RESTART_DELAY_MS,
    );
  }

  async #restart(slot: Slot): Promise<void> {
    const started = this.#opening.then(() =>
      openWorker(slot, this.#options, this.#context, this.#sharedPorts),
    );
    this.#opening = started.catch(() => undefined); // whoever asked is told
    const { worker, journal } = await started;
    if (this.#closed) {
      worker.close();
      journal?.close();
      return;
    }
    slot.journal?.close();
    slot.journal = journal;
    slot.worker = worker;
    this.#attend(slot);
  }
}

type Opened = {
  readonly workers: readonly OpenedWorker[];
  readonly options: MediaOptions;
  readonly sharedPorts?: SharedPorts;
};

async function openAlone(options: MediaOptions, context: WorkerContext): Promise<Opened> {
  const opened = await openWorker({ index: 0 }, options, context);
  const { udp, tcp } = opened.worker.ports;
  const listen = { ...options.listen, udpPort: udp, ...(tcp !== undefined && { tcpPort: tcp }) };
  return { workers: [opened], options: { ...options, listen } };
}

/** @returns undefined where the ports cannot be shared */
async function openTogether(
  options: MediaOptions,
  context: WorkerContext,
): Promise<Opened | undefined> {
  const anyPort = options.listen.udpPort === 0 || options.listen.tcpPort === 0;
  for (let attempt = 1; ; attempt += 1) {
    const listen = await portsToShare(options.listen, context.log);
    const sharedPorts = new SharedPorts(options.workers);
    const workers: OpenedWorker[] = [];
    try {
      for (let index = 0; index < options.workers; index += 1)
        workers.push(await openWorker({ index }, { ...options, listen }, context, sharedPorts));
      return { workers, options: { ...options, listen }, sharedPorts };
    } catch (error) {
      for (const { worker, journal } of workers) {
        worker.close();
        journal?.close();
      }
      if (!(error instanceof MediaStartError)) throw error;
      if (error.reason.startsWith('worker-')) throw error;
      if (anyPort && attempt < FREE_PORT_ATTEMPTS) continue;
      context.log.warn(
        { workers: options.workers, reason: error.message },
        'workers cannot share the media ports on this system: there is one worker',
      );
      return undefined;
    }
  }
}

async function portsToShare(listen: ListenOptions, log: Logger): Promise<ListenOptions> {
  try {
    const found = await findSharedPorts(listen);
    if (listen.tcpPort !== undefined && found.tcpPort === undefined)
      log.warn({ tcpPort: listen.tcpPort, reason: 'in use' }, noTcp);
    return found;
  } catch (error) {
    throw udpPortError(listen, error);
  }
}

type OpenedWorker = { readonly worker: MediaWorker; readonly journal: JournalFile | undefined };

/** @param place with the journal of the worker that was there before, if any */
async function openWorker(
  place: { readonly index: number; readonly journal?: JournalFile | undefined },
  options: MediaOptions,
  context: WorkerContext,
  sharedPorts?: SharedPorts,
): Promise<OpenedWorker> {
  const journal = options.openJournal();
  try {
    const worker = await MediaWorker.start(options, context, {
      ...(sharedPorts && { sharing: sharedPorts.opening(place.index) }),
      ...(journal && { journal: journalAddress(journal.path, place.journal?.path) }),
    });
    sharedPorts?.opened(place.index);
    worker.onDied(() => sharedPorts?.closed(place.index));
    return { worker, journal };
  } catch (error) {
    journal?.close();
    throw error;
  }
}
