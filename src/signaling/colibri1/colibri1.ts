import type { Clock, Scheduled, Timers } from '../../base/clock.ts';
import type { Logger } from '../../base/logger.ts';
import type { Random } from '../../base/random.ts';
import { ok, type Result } from '../../base/result.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import { limits } from '../../conference/conference-config.ts';
import { MeetingQueues } from '../../conference/meeting-queues.ts';
import { type EndpointId, meetingId, type MeetingId } from '../../model/ids.ts';
import type { ConferenceDescription } from '../../protocol/colibri1/conference.ts';
import type { DecodeError } from '../../protocol/xml/decode-error.ts';
import type { Execute } from '../colibri2.ts';
import { describeConference, mentionAll } from './answer.ts';
import { type Colibri1Error, refuse } from './colibri1-error.ts';
import type { ConferenceTable } from './conference-table.ts';
import { executePlan } from './execute-plan.ts';
import { expiryRequest, isWhollyLost, type LiveEndpoints, withoutLost } from './expiry.ts';
import { newLegacyChannelCodec } from './legacy-channel-codec.ts';
import { type Mentioned, planRequest } from './plan-request.ts';

export type Colibri1Options = {
  readonly execute: Execute;
  /** Who is in a conference, and when each last gave a sign of life; undefined = there is no such conference. */
  readonly liveEndpoints: (id: MeetingId) => LiveEndpoints | undefined;
  /** The bridge is shutting down: no new conferences. */
  readonly isShuttingDown: () => boolean;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
};

type Answer = Result<ConferenceDescription, Colibri1Error>;

/** JVB looks every 60 s; a focus notices nothing of it (colibri1.md §2.7). */
const sweepIntervalMs = 5_000;
/** How long a conference without channels is kept: its focus may use the id again. */
const emptyConferenceMs = 60_000;

const notFound = 'There is no such conference.';

/**
 * The first Colibri, a second translator onto the conference's commands: keeps the tables that only it needs, and
 * does the requests for one conference one after the other (docs/colibri1.md).
 */
export class Colibri1 {
  readonly #options: Colibri1Options;
  readonly #tables = new Map<string, ConferenceTable>();
  readonly #queues = new MeetingQueues();
  #sweeping: Scheduled | undefined;

  constructor(options: Colibri1Options) {
    this.#options = options;
  }

  /** Starts to watch the clock; until `close`. */
  start(): void {
    this.#sweeping ??= this.#options.timers.every(sweepIntervalMs, () => this.#sweep());
  }

  close(): void {
    this.#sweeping?.cancel();
    this.#sweeping = undefined;
  }

  get ids(): readonly string[] {
    return [...this.#tables.keys()];
  }

  /**
   * Does one request whole, or nothing of it. Requests take their turn before this returns.
   * @param from the full JID that asks; undefined over REST
   */
  async request(
    request: Result<ConferenceDescription, DecodeError>,
    from: string | undefined,
  ): Promise<Answer> {
    const answer = await this.#answer(request, from);
    if (!answer.ok) {
      const { code, text } = answer.error;
      const conference = request.ok ? request.value.id : undefined;
      this.#options.log.warn({ conference, code, reason: text }, 'refused a Colibri 1 request');
    }
    return answer;
  }

  /** Everything there is of a conference. */
  describe(id: string): ConferenceDescription | undefined {
    const table = this.#tables.get(id);
    return table && describeConference(table, mentionAll(table), this.#options.isShuttingDown());
  }

  async #answer(
    request: Result<ConferenceDescription, DecodeError>,
    from: string | undefined,
  ): Promise<Answer> {
    if (!request.ok) return refuse('unreadable', request.error.message);
    const { value } = request;
    if (value.id === undefined) return this.#create(value, from);
    const { owner } = this.#tables.get(value.id) ?? {};
    const isForeign = owner !== undefined && from !== undefined && owner !== from;
    if (!this.#tables.has(value.id) || isForeign) return refuse('conference-not-found', notFound);
    return this.#inTurn(value.id, () => this.#perform(value.id ?? '', value));
  }

  async #create(request: ConferenceDescription, owner: string | undefined): Promise<Answer> {
    const { isShuttingDown, clock } = this.#options;
    if (isShuttingDown()) {
      return refuse('graceful-shutdown', 'The bridge is shutting down: no new conferences.');
    }
    if (this.#tables.size >= limits.conferences) {
      return refuse('internal', 'The bridge has all the conferences it can hold.');
    }
    const id = this.#newId();
    this.#tables.set(id, {
      id,
      ...(owner !== undefined && { owner }),
      ...(request.name !== undefined && { name: request.name }),
      handles: new Map(),
      endpoints: new Map(),
      touchedMs: clock.nowMs(),
    });
    const answer = await this.#inTurn(id, () => this.#perform(id, request));
    if (answer.ok) return answer;
    this.#tables.delete(id);
    // A focus repeats a creation at once when it is told that it asked wrongly (colibri1.md §3.14).
    const { code, text } = answer.error;
    return refuse(code === 'graceful-shutdown' ? code : 'internal', text);
  }

  async #inTurn(id: string, task: () => Promise<Answer>): Promise<Answer> {
    const answer = this.#queues.add(meetingId(id), task);
    return answer ?? refuse('internal', 'Too many requests are waiting.');
  }

  async #perform(id: string, request: ConferenceDescription): Promise<Answer> {
    const table = this.#current(id);
    if (!table) return refuse('conference-not-found', notFound);
    const done = await this.#change(table, request);
    if (!done.ok) return done;
    const { mentioned, table: next } = done.value;
    return ok(describeConference(next, mentioned, this.#options.isShuttingDown()));
  }

  async #change(
    table: ConferenceTable,
    request: ConferenceDescription,
  ): Promise<Result<{ table: ConferenceTable; mentioned: Mentioned }, Colibri1Error>> {
    const { execute, clock, liveEndpoints } = this.#options;
    const plan = planRequest(table, request, {
      nowMs: clock.nowMs(),
      newId: () => this.#newId(),
      newChannelCodec: () => newLegacyChannelCodec(() => this.#endpointsOf(table.id)),
    });
    if (!plan.ok) return plan;
    const create = liveEndpoints(meetingId(table.id)) === undefined;
    const next = await executePlan(plan.value, create, execute);
    if (next.ok) {
      this.#tables.set(table.id, next.value);
      return ok({ table: next.value, mentioned: plan.value.mentioned });
    }
    if (next.error.code === 'conference-not-found') this.#forget(table, 'media lost');
    return next;
  }

  /**
   * The table as it is now: without endpoints that the conference let go; undefined when it is gone. It goes when every endpoint is
   * lost as well: their focus, told that there is no such conference, invites everybody again (colibri1.md §3.14), and would not
   * hear of it otherwise. The conference behind lets go of them itself, when their clients were told.
   */
  #current(id: string): ConferenceTable | undefined {
    const table = this.#tables.get(id);
    if (!table || table.endpoints.size === 0) return table;
    const live = this.#options.liveEndpoints(meetingId(id));
    if (!live) {
      this.#forget(table, 'media lost');
      return undefined;
    }
    if (isWhollyLost(table, live)) {
      this.#forget(table, 'every endpoint was lost');
      return undefined;
    }
    const current = withoutLost(table, live);
    this.#tables.set(id, current);
    return current;
  }

  #sweep(): void {
    for (const id of this.#tables.keys()) {
      if (this.#queues.isBusy(meetingId(id))) continue;
      const turn = this.#queues.add(meetingId(id), () => this.#sweepOne(id));
      if (turn) runInBackground(() => turn, this.#options.log);
    }
  }

  async #sweepOne(id: string): Promise<void> {
    const { clock, liveEndpoints, log } = this.#options;
    const table = this.#current(id);
    if (!table) return;
    const nowMs = clock.nowMs();
    const live = liveEndpoints(meetingId(id)) ?? new Map<EndpointId, never>();
    const expiry = expiryRequest(table, live, nowMs);
    if (expiry) {
      const done = await this.#change(table, expiry);
      if (!done.ok) log.error({ conference: id, reason: done.error.text }, 'channels stay');
    } else if (table.handles.size === 0 && nowMs - table.touchedMs > emptyConferenceMs) {
      this.#forget(table, 'no channels');
    }
  }

  #forget({ id, name }: ConferenceTable, reason: string): void {
    this.#tables.delete(id);
    this.#options.log.info({ conference: id, room: name, reason }, 'Colibri 1 conference ended');
  }

  #endpointsOf(id: string): readonly EndpointId[] {
    return [...(this.#tables.get(id)?.endpoints.keys() ?? [])];
  }

  #newId(): string {
    const { random } = this.#options;
    const word = () => random.uint32().toString(16).padStart(8, '0');
    return word() + word();
  }
}
