import { createWorker, type types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import type { WorkerFigures } from '../../conference/ports.ts';
import type { ListenPorts } from './candidates.ts';
import type { ForwardingDelay, ForwardingDelayReading } from './forwarding-delay.ts';
import { MediaStartError, type ListenOptions, type MediaOptions } from './media-options.ts';
import { Pulse } from './pulse.ts';
import type { PacketCounts, Traffic } from './traffic.ts';
import { TransportReports, type TransportReport } from './transport-reports.ts';
import { packetCounts } from './worker-reports.ts';
import { askWorkerSeries } from './worker-series.ts';
import { messageOf } from '../../base/message-of.ts';

/** What a worker tells of its load; kept by the conferences on it. */
export type WorkerLoad = {
  readonly conferences: number;
  readonly endpoints: number;
  readonly consumers: number;
};

/** A worker says that it runs within some 10 ms; something else under its name may say nothing. */
const START_TIMEOUT_MS = 15_000;

/** What a worker is told when it opens its ports. */
export type WorkerTasks = {
  /** How it shares them with other workers (`SharedPorts.opening`); absent = it has them for itself. */
  readonly sharing?: string;
  /** Where it writes down what its successor needs (`journalAddress`). */
  readonly journal?: string;
};

export type WorkerDeath = {
  readonly reason: string;
  /** For how long it had done nothing by then. */
  readonly silentMs: number;
};

export type PulseLimits = { readonly intervalMs: number; readonly patienceMs: number };

export type WorkerContext = {
  readonly log: Logger;
  readonly traffic: Traffic;
  readonly delay: ForwardingDelay;
};

/** One worker process with its media ports. */
export class MediaWorker {
  readonly ports: ListenPorts;
  readonly webRtcServer: types.WebRtcServer;
  readonly #worker: types.Worker;
  readonly #log: Logger;
  readonly #traffic: Traffic;
  readonly #delay: ForwardingDelay;
  readonly #reports: TransportReports;
  readonly #reportListeners = new Map<string, (report: TransportReport) => void>();
  #delays: ForwardingDelayReading | undefined;
  #packets: PacketCounts = { packetsIn: 0, packetsOut: 0 };
  /** What it was asked and has not answered. */
  #owes = false;
  readonly #processRun: MediaOptions['processRun'];
  readonly #pulse = new Pulse();
  #hung = false;
  #saidToWait = false;
  #memoryBytes = 0;
  #answeredMs = performance.now();
  /** From the first answer on: what starting took is no load. */
  #cpu: { readonly used: number; readonly totalMs: number; readonly atMs: number } | undefined;

  private constructor(
    worker: types.Worker,
    media: {
      readonly server: types.WebRtcServer;
      readonly ports: ListenPorts;
      readonly reports: TransportReports;
      readonly processRun: MediaOptions['processRun'];
    },
    context: WorkerContext,
  ) {
    this.#worker = worker;
    this.webRtcServer = media.server;
    this.ports = media.ports;
    this.#log = context.log;
    this.#traffic = context.traffic;
    this.#delay = context.delay;
    this.#reports = media.reports;
    this.#processRun = media.processRun;
    this.#reports.onReports((reports) => {
      this.#answered();
      for (const report of reports) this.#reportListeners.get(report.transportId)?.(report);
    });
  }

  /**
   * @throws MediaStartError
   */
  static async start(
    options: MediaOptions,
    context: WorkerContext,
    tasks: WorkerTasks = {},
  ): Promise<MediaWorker> {
    const { log } = context;
    // Asked of every new one: a program may be replaced while the bridge runs.
    const [worker, answer] = await Promise.all([
      spawnWorker(options),
      askWorkerSeries(options.workerBin),
    ]);
    try {
      if (answer?.series !== options.workerSeries) throw wrongSeries(options, answer?.series);
      const server = await openServer(worker, options.listen, { log, tasks });
      const dump = await server.dump();
      const udp = dump.udpSockets[0]?.port;
      const tcp = dump.tcpServers[0]?.port;
      if (udp === undefined) throw new MediaStartError('listen-address', 'no address to listen on');
      log.info({ pid: worker.pid, udpPort: udp, tcpPort: tcp }, 'media worker started');
      const ports = { udp, ...(tcp !== undefined && { tcp }) };
      const reports = await TransportReports.open(worker);
      const { processRun } = options;
      return new MediaWorker(worker, { server, ports, reports, processRun }, context);
    } catch (error) {
      worker.close();
      throw error;
    }
  }

  get alive(): boolean {
    return !this.#worker.closed;
  }

  /** Fraction of one core between the last two figures, about a second. */
  get cpu(): number {
    return this.#cpu?.used ?? 0;
  }

  /** Runs `listener` once if the process ends without `close`. */
  onDied(listener: (death: WorkerDeath) => void): void {
    this.#worker.once('died', (error) =>
      listener(
        this.#hung
          ? { reason: 'it gave no answer and was killed', silentMs: this.#silentMs }
          : { reason: error.message, silentMs: 0 },
      ),
    );
  }

  /**
   * Asks for what is due, which is nothing where there are no endpoints. Any answer is a sign of life; a process that has owed one for
   * longer than `patienceMs` is killed.
   * @param intervalMs since the call before
   */
  checkPulse({ intervalMs, patienceMs }: PulseLimits, figuresAreDue: boolean): void {
    if (!this.alive) return;
    if (!this.#owes) {
      this.#owes = this.#ask(figuresAreDue);
      return;
    }
    const { pid } = this.#worker;
    this.#pulse.missed(intervalMs, this.#processRun(pid));
    if (this.#pulse.overdueMs >= patienceMs) {
      if (!this.#hung) process.kill(pid, 'SIGKILL');
      this.#hung = true;
    } else if (this.#pulse.owedMs > 2 * patienceMs && !this.#saidToWait) {
      this.#saidToWait = true;
      this.#log.warn({ pid, silentMs: this.#pulse.owedMs }, 'media worker waits for CPU time');
    }
  }

  /** @returns whether it asked for anything */
  #ask(figuresAreDue: boolean): boolean {
    const reportsAreDue = this.#reportListeners.size > 0;
    if (figuresAreDue) runInBackground(() => this.#takeFigures(), this.#log);
    if (reportsAreDue) this.#reports.request();
    return figuresAreDue || reportsAreDue;
  }

  #answered(): void {
    this.#owes = false;
    this.#saidToWait = false;
    this.#pulse.answered();
    this.#answeredMs = performance.now();
  }

  createRouter(): Promise<types.Router> {
    // Codecs of a router do not matter here, see ortc-override.ts.
    return this.#worker.createRouter({ mediaCodecs: [] });
  }

  /**
   * Has `listener` told four times a second what the worker knows of a transport.
   * @returns how to end that
   */
  onReport(transportId: string, listener: (report: TransportReport) => void): () => void {
    this.#reportListeners.set(transportId, listener);
    return () => this.#reportListeners.delete(transportId);
  }

  async #takeFigures(): Promise<void> {
    try {
      const usage = await this.#worker.getResourceUsage();
      this.#answered();
      this.#account(usage);
    } catch (error) {
      // Without an answer `silentMs` grows; a dead worker is told of by its event.
      if (this.alive)
        this.#log.warn({ err: error, pid: this.#worker.pid }, 'worker gives no figures');
    }
  }

  figures(load: WorkerLoad): WorkerFigures {
    return {
      pid: this.#worker.pid,
      alive: this.alive,
      cpu: this.alive ? this.cpu : 0,
      memoryBytes: this.#memoryBytes,
      ...load,
      silentMs: this.#silentMs,
      overdueMs: this.#pulse.overdueMs,
    };
  }

  get #silentMs(): number {
    return Math.round(performance.now() - this.#answeredMs);
  }

  #account(usage: types.WorkerResourceUsage): void {
    const packets = packetCounts(usage);
    this.#traffic.countPackets({
      packetsIn: packets.packetsIn - this.#packets.packetsIn,
      packetsOut: packets.packetsOut - this.#packets.packetsOut,
    });
    this.#packets = packets;
    this.#delays = this.#delay.add(usage, this.#delays);
    this.#memoryBytes = usage.ru_maxrss * 1024;
    const [totalMs, atMs] = [usage.ru_utime + usage.ru_stime, performance.now()];
    const before = this.#cpu ?? { totalMs, atMs: -Infinity };
    const used = Math.min(1, (totalMs - before.totalMs) / (atMs - before.atMs));
    this.#cpu = { used, totalMs, atMs };
  }

  close(): void {
    this.#log.debug({ pid: this.#worker.pid }, 'media worker closed');
    this.#worker.close();
  }
}

/** Topics of the worker's warnings; `info` is what an operator can do something about, rare or limited by the worker. */
const logTags: types.WorkerLogTag[] = ['info'];
/** Not in normal operation: any peer could then make this process read a line for each of its packets. */
const debugLogTags: types.WorkerLogTag[] = [...logTags, 'ice', 'dtls', 'rtp', 'srtp', 'sctp'];

async function spawnWorker(options: MediaOptions): Promise<types.Worker> {
  try {
    const started = withoutSignalHandlers(() =>
      createWorker({
        workerBin: options.workerBin,
        logLevel: options.workerLogLevel,
        logTags: options.workerLogLevel === 'debug' ? debugLogTags : logTags,
      }),
    );
    return await withTimeout(started, START_TIMEOUT_MS);
  } catch (error) {
    const text = messageOf(error);
    if (text.includes('ENOENT')) {
      throw new MediaStartError(
        'worker-missing',
        `there is no media worker at ${options.workerBin}: run "trestle build-worker", or leave trestle.worker.binary and MEDIASOUP_WORKER_BIN unset`,
      );
    }
    throw new MediaStartError(
      'worker-failed',
      `the media worker ${options.workerBin} does not start (${text}): run "trestle build-worker"`,
    );
  }
}

function wrongSeries({ workerBin, workerSeries }: MediaOptions, series = ''): MediaStartError {
  const found = /^\d[\w.-]*$/.test(series) ? `series ${series}` : 'unknown patches';
  return new MediaStartError(
    'worker-series',
    `the media worker ${workerBin} was built from ${found} and this bridge needs series ${workerSeries}: run "make build" in a checkout or "trestle build-worker", and leave trestle.worker.binary and MEDIASOUP_WORKER_BIN unset unless they name what that built; or install the package anew`,
  );
}

async function withTimeout<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`silent for ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** mediasoup closes its workers on SIGINT and SIGTERM by itself; when to end is for cli/run.ts to decide. */
function withoutSignalHandlers<T>(task: () => T): T {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal)]));
  try {
    return task();
  } finally {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (before.get(signal)?.includes(listener) === false) process.off(signal, listener);
      }
    }
  }
}

/** Logged where there are no TCP candidates although there should be. */
export const noTcp = 'no ICE over TCP: the port cannot be opened';

/** A busy TCP port costs the TCP candidates, a busy UDP port is fatal. */
async function openServer(
  worker: types.Worker,
  listen: ListenOptions,
  { log, tasks }: { readonly log: Logger; readonly tasks: WorkerTasks },
): Promise<types.WebRtcServer> {
  const flags = { udpReusePort: tasks.sharing !== undefined };
  const told = [tasks.sharing, tasks.journal].filter((text) => text !== undefined).join('|');
  const udp = listen.addresses.map((ip, place) => ({
    protocol: 'udp' as const,
    ip,
    port: listen.udpPort,
    flags,
    ...(place === 0 && told !== '' && { announcedAddress: told }),
    ...(listen.receiveBufferBytes !== undefined && { recvBufferSize: listen.receiveBufferBytes }),
    ...(listen.sendBufferBytes !== undefined && { sendBufferSize: listen.sendBufferBytes }),
  }));
  const { tcpPort } = listen;
  const tcp =
    tcpPort === undefined
      ? []
      : listen.addresses.map((ip) => ({ protocol: 'tcp' as const, ip, port: tcpPort, flags }));
  try {
    return await worker.createWebRtcServer({ listenInfos: [...udp, ...tcp] });
  } catch (error) {
    if (tcp.length === 0) throw udpPortError(listen, error);
    try {
      const server = await worker.createWebRtcServer({ listenInfos: udp });
      log.warn({ tcpPort, reason: reasonOf(error) }, noTcp);
      return server;
    } catch (udpError) {
      throw udpPortError(listen, udpError);
    }
  }
}

export function udpPortError(
  { addresses, udpPort }: ListenOptions,
  error: unknown,
): MediaStartError {
  const reason = reasonOf(error);
  const where = `UDP port ${udpPort} on ${addresses.join(', ')}`;
  return /in use|EADDRINUSE/.test(reason)
    ? new MediaStartError(
        'udp-port',
        `${where} is in use: end the process that has it ("ss -lunp" names it) or set videobridge.ice.udp.port to another port`,
      )
    : new MediaStartError(
        'listen-address',
        `${where} cannot be opened (${reason}): check the addresses of this machine and the harvester settings`,
      );
}

/** The worker's text without the details in brackets. */
function reasonOf(error: unknown): string {
  return messageOf(error).replaceAll(/\s*\[[^\]]*\]/g, '');
}
