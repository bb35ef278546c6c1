import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/base/clock.ts';
import type { ClientSpec } from '../client/client-spec.ts';
import type { Milestones } from '../client/load-client.ts';
import { ControlError, type ControlPath, type Invitation } from '../control/control-path.ts';
import { messageOf } from '../../src/base/message-of.ts';
import { checkUsable } from '../control/usable-invitation.ts';
import type { GeneratorProcess } from '../generator/generator-process.ts';
import type { GeneratorAnswers } from '../generator/messages.ts';
import { hasCamera, type Service, serviceOf } from './service.ts';

/** How one client came in; µs of the machine's clock. */
export type JoinRecord = {
  readonly participant: number;
  /** When it was to come. */
  readonly startUs: number;
  /** Spent waiting for signalling: Colibri2 requests, or XMPP and focus. */
  signallingUs: number;
  /** Has the bridge's transport: its ICE checks begin. */
  openedUs: number | undefined;
  acceptedUs: number | undefined;
  milestones: Milestones | undefined;
  failure: string | undefined;
};

export type CrowdOptions = {
  readonly control: ControlPath;
  readonly generators: readonly GeneratorProcess[];
  readonly clock: Clock;
  /** Nobody starts to join any more once it is aborted. */
  readonly signal: AbortSignal;
};

type Member = {
  readonly spec: ClientSpec;
  readonly generator: GeneratorProcess;
  readonly join: JoinRecord;
  invitation: Invitation | undefined;
  /** Its way in, and in again: one after the other. */
  coming: Promise<void>;
};

/** The clients that are in rooms now, spread over the generator processes. */
export class Crowd {
  readonly #options: CrowdOptions;
  readonly #members = new Map<number, Member>();
  readonly #joins = new Map<number, JoinRecord>();
  readonly #invitedAgain = new Set<number>();
  #next = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#members.size;
  }

  get members(): readonly ClientSpec[] {
    return [...this.#members.values()].map(({ spec }) => spec);
  }

  /** Clients whose focus invited them once more. */
  get invitedAgain(): ReadonlySet<number> {
    return this.#invitedAgain;
  }

  get joins(): readonly JoinRecord[] {
    return [...this.#joins.values()];
  }

  /**
   * Brings the clients in; one that cannot join is recorded as failed and the others go on. Nobody waits for those before: a slow bridge
   * has more of them at a time.
   *
   * @param perSecond how many start a second; 0 = all at once
   */
  async join(specs: readonly ClientSpec[], perSecond: number): Promise<void> {
    const { clock, signal } = this.#options;
    const startMs = clock.nowMs();
    await Promise.all(
      specs.map(async (spec, at) => {
        const dueMs = startMs + (perSecond > 0 ? (at * 1000) / perSecond : 0);
        await this.#until(dueMs);
        if (!signal.aborted) await this.#joinOne(spec, dueMs * 1000);
      }),
    );
  }

  async leave(participants: readonly number[]): Promise<void> {
    const leaving = participants.flatMap((participant) => this.#members.get(participant) ?? []);
    for (const { spec } of leaving) this.#members.delete(spec.participant);
    this.#tellCameras(leaving.map(({ spec }) => spec));
    await Promise.all(
      leaving.map(async ({ spec, generator, invitation }) => {
        generator.tell({ type: 'close', participant: spec.participant });
        // The bridge may be what is broken just now; the client is gone all the same.
        await invitation?.leave().catch(() => undefined);
      }),
    );
  }

  /** Looks at all processes and completes the join records with what clients reached meanwhile. */
  async look(): Promise<readonly GeneratorAnswers['look'][]> {
    const looks = await Promise.all(
      this.#options.generators.map((generator) => generator.ask({ type: 'look' })),
    );
    for (const { milestones } of looks) {
      for (const each of milestones) {
        const join = this.#joins.get(each.participant);
        if (join) join.milestones = each;
      }
    }
    return looks;
  }

  /** Who was served after that time, as of the last look. */
  serviceSince(us: number): Service {
    const milestones = this.joins.flatMap((join) => join.milestones ?? []);
    return serviceOf(this.members, milestones, us);
  }

  async #joinOne(spec: ClientSpec, startUs: number): Promise<void> {
    const { control, generators } = this.#options;
    const generator = generators[this.#next++ % generators.length];
    if (!generator) throw new Error('a crowd needs a generator process');
    const join: JoinRecord = {
      participant: spec.participant,
      startUs,
      signallingUs: 0,
      openedUs: undefined,
      acceptedUs: undefined,
      milestones: undefined,
      failure: undefined,
    };
    this.#joins.set(spec.participant, join);
    const nothing = { invitation: undefined, coming: Promise.resolve() };
    const member: Member = { spec, generator, join, ...nothing };
    try {
      const invited = () => control.invite(spec, (again) => this.#joinAgain(member, again));
      const invitation = await this.#timed(join, invited);
      await (member.coming = this.#connect(member, invitation));
      this.#tellCameras([spec]);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      join.failure = error.message;
      generator.tell({ type: 'close', participant: spec.participant });
      // Nobody waits for who never came.
      await member.invitation?.leave().catch(() => undefined);
    }
  }

  async #connect(member: Member, invitation: Invitation): Promise<void> {
    const { clock } = this.#options;
    const { spec, generator, join } = member;
    member.invitation = invitation;
    checkUsable(spec, invitation);
    const { transport, webSocketUrl, media } = invitation;
    join.openedUs = clock.nowMs() * 1000;
    const answer = await generator.ask({ type: 'open', spec, transport, webSocketUrl, media });
    await this.#timed(join, () => invitation.accept(answer));
    join.acceptedUs = clock.nowMs() * 1000;
    generator.tell({ type: 'start', participant: spec.participant });
    this.#members.set(spec.participant, member);
  }

  /** The focus invites again who is in already: the client begins anew, and its packets are counted on. */
  #joinAgain(member: Member, again: Promise<Invitation>): void {
    const { participant } = member.spec;
    member.coming = Promise.allSettled([again, member.coming]).then(async () => {
      if (this.#members.get(participant) !== member) return;
      this.#invitedAgain.add(participant);
      await again
        .then((invitation) => this.#connect(member, invitation))
        .catch((error: unknown) => {
          const { join } = member;
          const missing = `invited again in vain: ${messageOf(error)}`;
          if (join.milestones) join.milestones = { ...join.milestones, missing };
        });
    });
  }

  async #timed<T>(join: JoinRecord, task: () => Promise<T>): Promise<T> {
    const { clock } = this.#options;
    const startMs = clock.nowMs();
    try {
      return await task();
    } finally {
      join.signallingUs += (clock.nowMs() - startMs) * 1000;
    }
  }

  /** @param changed who came or left */
  #tellCameras(changed: readonly ClientSpec[]): void {
    for (const room of new Set(changed.filter(hasCamera).map((spec) => spec.room))) {
      const participants = this.members
        .filter((spec) => spec.room === room && hasCamera(spec))
        .map(({ participant }) => participant);
      for (const generator of this.#options.generators) {
        generator.tell({ type: 'cameras', room, participants });
      }
    }
  }

  async #until(atMs: number): Promise<void> {
    const { clock, signal } = this.#options;
    const waitMs = atMs - clock.nowMs();
    // Cut short is all that aborting does; the one who waits looks at the signal.
    if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
  }
}
