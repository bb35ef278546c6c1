import type { Scheduled, Timers } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { UndoStack } from '../base/undo-stack.ts';
import { type ConferenceId, conferenceId, type MeetingId } from '../model/ids.ts';
import { admitChannel } from './admit-channel.ts';
import type {
  CommandError,
  ConferenceCommand,
  ConferenceOutcome,
  EndpointOutcome,
} from './commands.ts';
import { Conference, type ConferenceServices } from './conference.ts';
import { limits } from './conference-config.ts';
import { statisticsOf } from './conference-statistics.ts';
import { conferenceDebugState, type ConferenceDebugState, type DebugQuery } from './debug-state.ts';
import { isAbandoned } from './expiry.ts';
import { forwardedSources } from './forwarding-plan.ts';
import { MeetingQueues } from './meeting-queues.ts';
import {
  type ChannelGate,
  type ChannelReceiver,
  type ChannelRequest,
  type MediaPlane,
  MediaUnavailableError,
} from './ports.ts';
import type { ConferenceStatistics, ConferenceTotals } from './statistics.ts';
import { newTotals } from './totals.ts';
import { type RequestScene, validateRequest, withTakeableSources } from './validate-request.ts';

export type ConferencesOptions = Omit<ConferenceServices, 'totals' | 'loadLastN'> & {
  readonly media: MediaPlane;
  readonly timers: Timers;
};

const notFound = (id: MeetingId): CommandError => ({
  code: 'conference-not-found',
  text: `Conference not found for ID: ${id}`,
});

const lostAtBirth: CommandError = {
  code: 'unavailable',
  text: 'The conference was lost while it was created.',
};

/** Every conference on this bridge: executes what focuses ask, in order a meeting, and ends what nobody needs. */
export class Conferences implements ChannelGate {
  readonly #options: ConferencesOptions;
  readonly #services: ConferenceServices;
  readonly #totals = newTotals();
  readonly #queues = new MeetingQueues();
  readonly #byMeeting = new Map<MeetingId, Conference>();
  readonly #byId = new Map<ConferenceId, Conference>();
  #shuttingDown = false;
  #loadLastN = -1;
  #closed = false;
  #ticking: Scheduled | undefined;
  #expiryCheckedMs = -Infinity;

  constructor(options: ConferencesOptions) {
    this.#options = options;
    const loadLastN = () => this.#loadLastN;
    this.#services = { ...options, totals: this.#totals, loadLastN };
  }

  get count(): number {
    return this.#byId.size;
  }

  get endpointCount(): number {
    let count = 0;
    for (const { endpoints } of this.#byId.values()) count += endpoints.size;
    return count;
  }

  get all(): readonly Conference[] {
    return [...this.#byId.values()];
  }

  find(id: ConferenceId): Conference | undefined {
    return this.#byId.get(id);
  }

  findByMeeting(id: MeetingId): Conference | undefined {
    return this.#byMeeting.get(id);
  }

  /** Starts to watch the clock; until `closeAll`. */
  start(): void {
    const { timers, clock, config } = this.#options;
    this.#ticking ??= timers.every(config.connectivity.checkIntervalMs, () => {
      this.tick(clock.nowMs());
    });
  }

  /** While set, no conference is created; endpoints of existing ones are. */
  setGracefulShutdown(on: boolean): void {
    this.#shuttingDown = on;
  }

  /**
   * Limits everybody's last-n for the sake of the bridge; -1 = not any more. Takes effect with each receiver's next
   * decision, a few seconds later at most: all at once would be one more load (allocation.md §1.7).
   */
  limitLastN(lastN: number): void {
    this.#loadLastN = lastN;
  }

  get loadLastN(): number {
    return this.#loadLastN;
  }

  /** Most video sources any endpoint is sent; undefined = there are no endpoints. */
  mostForwardedVideo(): number | undefined {
    let most: number | undefined;
    for (const { endpoints } of this.all) {
      for (const { receiver } of endpoints.values()) {
        most = Math.max(most ?? 0, forwardedSources(receiver.plan).length);
      }
    }
    return most;
  }

  /** Executes a request whole or not at all, after every earlier one for the same meeting. */
  async execute(command: ConferenceCommand): Promise<Result<ConferenceOutcome, CommandError>> {
    const result = this.#queues.add(command.meetingId, () => this.#executeSafely(command));
    if (result) return result;
    this.#totals.requestsRefused += 1;
    return err({ code: 'unavailable', text: 'Too many requests are waiting.' });
  }

  admit(request: ChannelRequest): ChannelReceiver | undefined {
    return admitChannel(this.#byId.get(conferenceId(request.conferenceId)), request);
  }

  /** Counted since the start. */
  get totals(): ConferenceTotals {
    return this.#totals;
  }

  statistics(): ConferenceStatistics {
    return statisticsOf(this.all, this.#totals);
  }

  /** The conferences asked for as plain values; an unknown one is left out. */
  debugState(query: DebugQuery): ConferenceDebugState[] {
    const nowMs = this.#options.clock.nowMs();
    return this.all
      .filter(({ identity }) => (query.conferenceId ?? identity.id) === identity.id)
      .map((conference) => conferenceDebugState(conference, query, nowMs));
  }

  /** What time alone brings. Conferences with requests under way are left alone until the next time. */
  tick(nowMs: number): void {
    const { expiration } = this.#options.config;
    const checkExpiry = nowMs - this.#expiryCheckedMs >= expiration.checkIntervalMs;
    if (checkExpiry) this.#expiryCheckedMs = nowMs;
    for (const conference of this.all) {
      conference.tick(nowMs);
      if (!checkExpiry || this.#queues.isBusy(conference.identity.meetingId)) continue;
      conference.expireEndpoints(nowMs);
      const { createdMs, endpoints } = conference;
      if (isAbandoned({ createdMs, endpointCount: endpoints.size }, nowMs)) {
        this.#end(conference, 'no endpoints');
      }
    }
  }

  /** Ends everything; requests still waiting are answered that there is no conference. */
  closeAll(): void {
    this.#ticking?.cancel();
    this.#ticking = undefined;
    this.#closed = true;
    for (const conference of this.all) this.#end(conference, 'the bridge shuts down');
  }

  /** One of the three places that may catch anything: what fails here is ours, and the peer learns no more. */
  async #executeSafely(
    command: ConferenceCommand,
  ): Promise<Result<ConferenceOutcome, CommandError>> {
    const undo = new UndoStack();
    try {
      const result = await this.#execute(command, undo);
      if (!result.ok) undo.undo();
      return result;
    } catch (error) {
      undo.undo();
      if (error instanceof MediaUnavailableError) {
        return err({ code: 'unavailable', text: 'No media worker can take this conference now.' });
      }
      if (!command.create && !this.#byMeeting.has(command.meetingId)) {
        return err(notFound(command.meetingId)); // its media was lost under the request
      }
      this.#totals.requestsFailed += 1;
      this.#options.log.error({ err: error, meeting: command.meetingId }, 'request failed');
      return err({ code: 'internal', text: 'The bridge failed to execute the request.' });
    }
  }

  async #execute(
    requested: ConferenceCommand,
    undo: UndoStack,
  ): Promise<Result<ConferenceOutcome, CommandError>> {
    const existing = this.#byMeeting.get(requested.meetingId);
    const scene = sceneOf(existing);
    const command = withTakeableSources(requested, scene, (endpoint, source, reason) => {
      const where = { meeting: requested.meetingId, endpoint, source };
      this.#options.log.warn({ ...where, reason }, 'left out a source that cannot be taken');
    });
    const refusal = this.#refusal(command, existing) ?? validateRequest(command, scene);
    if (refusal) return err(refusal);
    const conference = existing ?? (await this.#open(command, undo));
    const prepared = conference.closed ? undefined : await conference.prepare(command, undo);
    if (!prepared || conference.closed || this.#closed) {
      return err(existing ? notFound(command.meetingId) : lostAtBirth);
    }
    // From here to the end nothing waits and nothing fails.
    const endpoints = conference.commit(prepared);
    if (!existing) this.#register(conference);
    const created = !existing || command.endpoints.some(({ type }) => type === 'create');
    undo.commit();
    this.#endIfDone(command, conference);
    return ok(outcome(conference, endpoints, created));
  }

  #refusal(
    { create, meetingId }: ConferenceCommand,
    existing: Conference | undefined,
  ): CommandError | undefined {
    if (!create) return existing ? undefined : notFound(meetingId);
    if (existing) {
      return { code: 'conference-exists', text: `Conference already exists for ID: ${meetingId}` };
    }
    if (this.#shuttingDown || this.#closed) {
      return {
        code: 'graceful-shutdown',
        text: 'The bridge is shutting down: no new conferences.',
      };
    }
    if (this.#byId.size >= limits.conferences) {
      return { code: 'unavailable', text: 'The bridge has all the conferences it can hold.' };
    }
    return undefined;
  }

  async #open(command: ConferenceCommand, undo: UndoStack): Promise<Conference> {
    const { random, log, media } = this.#options;
    const { meetingId, name, rtcstats = true } = command;
    const id = conferenceId(hexDigits(random.uint32()) + hexDigits(random.uint32()));
    const services = { ...this.#services, log: log.child({ conf: id }) };
    const conference = new Conference({ id, meetingId, name, rtcstats }, services);
    undo.add(() => conference.close());
    await conference.open(media, (reason) => this.#lose(conference, reason));
    return conference;
  }

  #register(conference: Conference): void {
    const { id, meetingId, name } = conference.identity;
    this.#byMeeting.set(meetingId, conference);
    this.#byId.set(id, conference);
    this.#totals.conferencesCreated += 1;
    this.#options.log.info({ conf: id, meeting: meetingId, room: name }, 'conference created');
  }

  /** colibri2.md §3.1 step 9: on demand, and when a request that creates nothing leaves nobody behind. */
  #endIfDone({ create, expire }: ConferenceCommand, conference: Conference): void {
    if (expire) this.#end(conference, 'on request');
    else if (!create && conference.endpoints.size === 0)
      this.#end(conference, 'last endpoint left');
  }

  #lose(conference: Conference, reason: string): void {
    this.#totals.conferencesLost += 1;
    this.#options.log.error({ conf: conference.identity.id, reason }, 'conference lost its media');
    this.#end(conference, 'media lost');
  }

  #end(conference: Conference, reason: string): void {
    const { id, meetingId } = conference.identity;
    conference.close();
    if (!this.#byId.delete(id)) return;
    this.#byMeeting.delete(meetingId);
    const seconds = (this.#options.clock.nowMs() - conference.createdMs) / 1000;
    this.#totals.conferencesCompleted += 1;
    this.#totals.conferenceSeconds += seconds;
    this.#options.log.info({ conf: id, reason, seconds }, 'conference ended');
  }
}

function outcome(
  { feedbackSsrcs }: Conference,
  endpoints: readonly EndpointOutcome[],
  created: boolean,
): ConferenceOutcome {
  return created ? { endpoints, feedbackSsrcs } : { endpoints };
}

function hexDigits(word: number): string {
  return word.toString(16).padStart(8, '0');
}

function sceneOf(conference: Conference | undefined): RequestScene {
  return {
    endpoints: conference?.endpoints ?? new Map(),
    feedbackSsrcs: conference ? Object.values(conference.feedbackSsrcs) : [],
  };
}
