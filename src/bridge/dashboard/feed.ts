import type { Scheduled, Timers } from '../../base/clock.ts';
import { conferenceId } from '../../model/ids.ts';
import type { DashboardSelection } from '../../io/http/ports.ts';
import { findWarnings } from '../../operation/warnings.ts';
import { debugView } from '../debug-view.ts';
import type { ObservedParts } from '../snapshot.ts';
import { conferenceRow, endpointRow } from './conference-rows.ts';
import { History, type Point, seriesNames } from './history.ts';

type Watcher = {
  readonly selection: DashboardSelection;
  readonly send: (frame: string) => void;
};

/** Whoever looks costs a little each second. */
const maxWatchers = 20;
/** Conferences in the list, largest first. */
const maxRows = 500;
/** Reading the kernel's table of sockets costs more than all else, so while nobody looks it is read once in so many seconds. */
const unwatchedSocketsSeconds = 10;

/**
 * What the dashboard shows, once a second to everybody who looks. Without anybody it only keeps the last ten
 * minutes of a few sums.
 */
export class DashboardFeed {
  readonly #parts: ObservedParts;
  readonly #history = new History();
  readonly #watchers = new Set<Watcher>();
  #schedule: Scheduled | undefined;
  #ticks = 0;
  #drops = 0;

  constructor(parts: ObservedParts) {
    this.#parts = parts;
  }

  start(timers: Timers): void {
    this.#schedule = timers.every(1000, () => this.tick());
  }

  close(): void {
    this.#schedule?.cancel();
    this.#watchers.clear();
  }

  /** @returns how to stop; undefined = too many look already */
  watch(watcher: Watcher): (() => void) | undefined {
    if (this.#watchers.size >= maxWatchers) return undefined;
    this.#watchers.add(watcher);
    const points = this.#history.points;
    const series = seriesNames.map((name) => points.map((point) => round(point[name])));
    watcher.send(JSON.stringify({ names: seriesNames, series }));
    watcher.send(this.#frame(watcher.selection, this.#shared(undefined)));
    return () => void this.#watchers.delete(watcher);
  }

  tick(): void {
    const point = this.#sample();
    if (this.#watchers.size === 0) return;
    const shared = this.#shared(point);
    for (const { selection, send } of this.#watchers) send(this.#frame(selection, shared));
  }

  #sample(): Point {
    const { media, conferences, vitals } = this.#parts;
    const figures = media.figures();
    const endpoints = conferences.all.flatMap((each) => [...each.endpoints.values()]);
    const estimates = endpoints.flatMap(({ receiver }) => receiver.estimate.latestBps ?? []);
    const totals = conferences.totals;
    return this.#history.add(
      {
        endpoints: endpoints.length,
        packetsIn: figures.packetsPerSecondIn,
        packetsOut: figures.packetsPerSecondOut,
        bitsIn: figures.bitsPerSecondIn,
        bitsOut: figures.bitsPerSecondOut,
        busiestCpu: Math.max(0, ...figures.workers.map(({ cpu }) => cpu)),
        stress: vitals.stress,
        estimateMedian: estimates.sort((a, b) => a - b)[estimates.length >> 1] ?? 0,
      },
      figures.forwardingDelay,
      {
        receiveDrops: this.#receiveDrops(),
        workersDied: figures.workersDied,
        endpointsWithoutChannel: totals.endpointsWithoutChannel,
        transportsFailed: totals.iceFailed + totals.dtlsFailed,
      },
    );
  }

  #receiveDrops(): number {
    if (this.#watchers.size > 0 || this.#ticks % unwatchedSocketsSeconds === 0) {
      const workers = this.#parts.vitals.workerSockets();
      this.#drops = workers.reduce((sum, { drops }) => sum + drops, 0);
    }
    this.#ticks += 1;
    return this.#drops;
  }

  /** What everybody sees, as the beginning of a JSON object. */
  #shared(point: Point | undefined): string {
    const parts = this.#parts;
    const nowMs = parts.clock.nowMs();
    const { vitals, lifecycle, drain, config, media, conferences } = parts;
    const figures = media.figures();
    const process = vitals.process();
    const sockets = vitals.workerSockets();
    const rows = conferences.all
      .map((conference) => conferenceRow(conference, nowMs))
      .sort((a, b) => b.troubled - a.troubled || b.endpoints - a.endpoints);
    const shared = {
      time: parts.clock.wallMs(),
      version: parts.version,
      region: config.relay.region,
      upSeconds: Math.round((parts.clock.wallMs() - parts.startedWallMs) / 1000),
      healthy: vitals.health.healthy,
      state: lifecycle.state.name,
      drain: drain.on,
      stress: round(vitals.stress),
      process: {
        eventLoop: round(process.eventLoopUtilization),
        eventLoopDelayP99Ms: round(process.eventLoopDelayP99Ms),
        residentBytes: process.residentBytes,
        machineCpu: round(process.machineCpu),
      },
      loss: { in: round(figures.lossIn), out: round(figures.lossOut), rttMs: round(figures.rttMs) },
      workers: figures.workers.map((worker, place) => ({
        ...worker,
        cpu: round(worker.cpu),
        drops: sockets[place]?.drops ?? 0,
      })),
      links: this.#links(),
      warnings: this.#warnings(),
      point: point && seriesNames.map((name) => round(point[name])),
      conferences: rows.slice(0, maxRows),
      conferenceCount: rows.length,
    };
    return JSON.stringify(shared).slice(0, -1);
  }

  #frame({ conference: id, endpoint }: DashboardSelection, shared: string): string {
    if (id === undefined) return `${shared}}`;
    const { conferences, clock } = this.#parts;
    const conference = conferences.find(conferenceId(id));
    const endpoints = conference && [...conference.endpoints.values()];
    const selected = endpoints && {
      id,
      dominant: conference.speakers.dominant,
      endpoints: endpoints.map((each) => endpointRow(each, clock.nowMs())),
    };
    const detail =
      endpoint === undefined
        ? null
        : debugView(this.#parts, { full: true, conferenceId: id, endpointId: endpoint });
    const shown = JSON.stringify({ selected: selected ?? null, detail });
    return `${shared},${shown.slice(1)}`;
  }

  #links() {
    return this.#parts
      .links()
      .describe()
      .map(({ id, state, rooms, lastError, disconnects }) => ({
        id,
        online: state.type === 'online',
        state: state.type,
        reason: lastError,
        disconnects,
        rooms: rooms.map((room) => ({
          jid: room.jid,
          joined: room.state.type === 'joined',
          state: room.state.type,
          reason: room.state.type === 'waiting' ? room.state.reason : undefined,
        })),
      }));
  }

  #warnings() {
    const { vitals, lifecycle, drain, media } = this.#parts;
    const process = vitals.process();
    return findWarnings({
      fault: vitals.health.fault?.reason,
      lifecycle: lifecycle.state.name,
      drain: drain.on,
      stress: vitals.stress,
      cpuSteal: process.cpuSteal,
      eventLoopDelayMaxMs: process.eventLoopDelayMaxMs,
      links: this.#links(),
      workers: media.figures().workers,
      ...this.#history.growth,
    });
  }
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
