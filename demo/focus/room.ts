import { randomBytes, randomUUID } from 'node:crypto';
import type { Logger } from '../../src/base/logger.ts';
import { SerialQueue } from '../../src/base/serial-queue.ts';
import { endpointId, meetingId, type MeetingId } from '../../src/model/ids.ts';
import type { EndpointModify } from '../../src/protocol/colibri2/conference-modify.ts';
import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import type { ClientMessage, FocusMessage, SignalledSource } from '../signal-messages.ts';
import { type Bridge, BridgeError } from './bridge.ts';
import { limits } from './limits.ts';
import { Participant, type ParticipantOptions } from './participant.ts';
import {
  conferenceCreation,
  conferenceUpdate,
  endpointAcceptance,
  endpointCreation,
  endpointExpiry,
  endpointIceRestart,
  endpointIceRestarted,
  endpointSources,
} from './requests.ts';
import { pathOf, sessionOffer } from './session-offer.ts';

/** How often a bridge that does not answer is asked again, and a conference is looked after. */
const retryMs = 1_000;
const watchMs = 3_000;

type Update = Extract<ClientMessage, { session: number }>;

/**
 * One room and its conference on the bridge. Requests go out one at a time. The conference is made with the
 * first participant and goes with the last; if the bridge loses it, everybody gets a new session in a new one.
 */
export class Room {
  readonly name: string;
  readonly #bridge: Bridge;
  readonly #log: Logger;
  readonly #participants = new Map<string, Participant>();
  /** Who has an endpoint on the bridge: those who left stay until their expiry's turn has come. */
  readonly #endpoints = new Set<Participant>();
  readonly #queue = new SerialQueue();
  /** The conference's key; undefined while the bridge has none for this room. */
  #meetingId: MeetingId | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, bridge: Bridge, log: Logger) {
    this.name = name;
    this.#bridge = bridge;
    this.#log = log.child({ room: name });
  }

  get size(): number {
    return this.#participants.size;
  }

  join(options: Omit<ParticipantOptions, 'id'>): Participant {
    const participant = new Participant({
      ...options,
      id: endpointId(randomBytes(4).toString('hex')),
    });
    const members = [...this.#participants.values()].map(({ member }) => member);
    participant.send({ type: 'joined', id: participant.id, members });
    this.#broadcast({ type: 'member-joined', member: participant.member });
    this.#participants.set(participant.id, participant);
    this.#run(() => this.#inviteAll());
    this.#timer ??= setInterval(() => this.#run(() => this.#watch()), watchMs).unref();
    return participant;
  }

  leave(participant: Participant): void {
    if (!this.#participants.delete(participant.id)) return;
    this.#broadcast({ type: 'member-left', id: participant.id });
    this.#run(() => this.#expire(participant));
    if (this.#participants.size === 0) clearInterval(this.#timer);
  }

  presence(participant: Participant, states: Participant['states']): void {
    participant.states = states;
    this.#broadcast({ type: 'presence', id: participant.id, sources: states }, participant);
  }

  /** A message that belongs to a session; one of an older session is ignored. */
  update(participant: Participant, message: Update): void {
    this.#run(async () => {
      if (!participant.invited || message.session !== participant.session) return;
      if (message.type === 'session-failed') return this.#reinvite(participant);
      try {
        await this.#apply(participant, message);
      } catch (error) {
        if (!(error instanceof BridgeError) || error.failure !== 'endpoint-lost') throw error;
        await this.#reinvite(participant);
      }
    });
  }

  async inspect(): Promise<unknown> {
    return this.#meetingId === undefined ? undefined : this.#bridge.inspect(this.#meetingId);
  }

  /** The address a participant's channel was signalled with, given its path and query. */
  webSocketUrl(path: string): string | undefined {
    for (const { webSocketUrl } of this.#participants.values()) {
      if (webSocketUrl !== undefined && pathOf(webSocketUrl) === path) return webSocketUrl;
    }
    return undefined;
  }

  async #apply(participant: Participant, message: Update): Promise<void> {
    const { id, sources } = participant;
    switch (message.type) {
      case 'accept':
        for (const source of message.sources) sources.set(source.name, source);
        await this.#modify(endpointAcceptance(id, message.transport, message.sources));
        for (const source of message.sources) this.#announce(participant, source);
        break;
      case 'ice-restart':
        await this.#restartIce(participant);
        break;
      case 'transport':
        await this.#modify(endpointIceRestarted(id, message.transport, message.generation));
        break;
      case 'source-add':
        if (sources.size >= limits.sourcesPerParticipant) return;
        sources.set(message.source.name, message.source);
        await this.#modify(endpointSources(id, [...sources.values()]));
        this.#announce(participant, message.source);
        break;
      case 'source-remove':
        if (!sources.delete(message.name)) return;
        await this.#modify(endpointSources(id, [...sources.values()]));
        this.#broadcast({ type: 'source-removed', owner: id, name: message.name }, participant);
        break;
      default:
    }
  }

  /** A bridge that cannot, or need not, restart answers without a generation: then nothing changes. */
  async #restartIce({ id, session, send }: Participant): Promise<void> {
    const answer = await this.#modify(endpointIceRestart(id));
    const ice = answer?.endpoints.find((endpoint) => endpoint.id === id)?.transport?.ice;
    const { credentials, iceGeneration: generation, candidates, fingerprints } = ice ?? {};
    if (!credentials || generation === undefined || !candidates || !fingerprints) return;
    const transport = { ...credentials, candidates, fingerprints };
    send({ type: 'transport', session, generation, transport });
  }

  /** Clients with SSRC rewriting learn of sources from the bridge alone (colibri2.md §6.5). */
  #announce({ id }: Participant, source: SignalledSource): void {
    for (const other of this.#participants.values()) {
      if (other.id === id || other.ssrcRewriting || !other.invited) continue;
      other.send({ type: 'source-added', owner: id, source });
    }
  }

  async #inviteAll(): Promise<void> {
    for (const participant of this.#participants.values()) {
      if (!participant.invited) await this.#invite(participant);
    }
  }

  async #invite(participant: Participant): Promise<void> {
    const { id, name, dataChannel, ssrcRewriting } = participant;
    const creation = endpointCreation({ id, name, dataChannel, ssrcRewriting });
    const key = this.#meetingId ?? meetingId(randomUUID());
    const response = await this.#bridge.request(
      this.#meetingId === undefined
        ? conferenceCreation(key, `${this.name}@demo.invalid`, creation)
        : conferenceUpdate(key, creation),
    );
    this.#meetingId = key;
    participant.invited = true;
    this.#endpoints.add(participant);
    participant.session += 1;
    participant.lastInvitationMs = performance.now();
    const others = [...this.#participants.values()].filter((other) => other !== participant);
    participant.send({ type: 'initiate', ...sessionOffer(participant, others, response) });
  }

  async #reinvite(participant: Participant): Promise<void> {
    const waited = performance.now() - participant.lastInvitationMs;
    if (waited < limits.reinviteIntervalMs) return;
    participant.terminate('the connection to the bridge failed');
    await this.#modify(endpointExpiry(participant.id));
    await this.#invite(participant);
  }

  async #expire(participant: Participant): Promise<void> {
    if (!participant.invited) return;
    participant.invited = false;
    this.#endpoints.delete(participant);
    await this.#modify(endpointExpiry(participant.id));
    // A conference whose last endpoint was expired is gone with it (colibri2.md §3.1 step 9).
    if (this.#endpoints.size === 0) this.#meetingId = undefined;
  }

  async #watch(): Promise<void> {
    await this.#modify();
    await this.#inviteAll();
  }

  /** Changes endpoints of the conference, if there is one; with none only looks after it. */
  async #modify(...endpoints: readonly EndpointModify[]): Promise<ConferenceModified | undefined> {
    if (this.#meetingId === undefined) return undefined;
    return this.#bridge.request(conferenceUpdate(this.#meetingId, ...endpoints));
  }

  /** Appends work; a failure of the bridge is answered as Jicofo answers it (colibri2.md §5.2, §5.3). */
  #run(task: () => Promise<void>): void {
    this.#queue.add(task).catch((error: unknown) => {
      if (!(error instanceof BridgeError)) throw error;
      this.#log.warn({ failure: error.failure, reason: error.message }, 'bridge request failed');
      this.#recover(error);
    });
  }

  #recover({ failure, message }: BridgeError): void {
    if (failure === 'refused') {
      this.#broadcast({ type: 'bridge-unavailable', reason: message });
      return;
    }
    for (const participant of this.#endpoints) participant.terminate('bridge lost');
    this.#endpoints.clear();
    this.#meetingId = undefined;
    if (this.#participants.size === 0) return;
    if (failure === 'unreachable') {
      this.#broadcast({ type: 'bridge-unavailable', reason: 'The bridge does not answer.' });
      setTimeout(() => this.#run(() => this.#inviteAll()), retryMs).unref();
    } else {
      this.#run(() => this.#inviteAll());
    }
  }

  #broadcast(message: FocusMessage, except?: Participant): void {
    for (const participant of this.#participants.values()) {
      if (participant !== except) participant.send(message);
    }
  }
}
