import type { Clock, Timers } from '../../src/base/clock.ts';
import type { Random } from '../../src/base/random.ts';
import { LoadClient } from '../client/load-client.ts';
import type { SentStream } from '../client/media-sender.ts';
import { GroupMeasurements } from '../media/group-measurements.ts';
import { Measurements, sumSnapshots } from '../media/measurements.ts';
import { Pacer } from '../media/pacer.ts';
import type { Flow } from '../media/receiver-log.ts';
import type { Trace, VideoCodec } from '../media/trace.ts';
import type { GeneratorAnswers, GeneratorCommand, OpenClient } from './messages.ts';
import { OwnPath } from './own-path.ts';

const TICK_MS = 20;

export type ClientsOptions = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Loads the trace of a codec. */
  readonly traceOf: (codec: VideoCodec) => Trace;
};

/** All clients of one generator process and what they measured. */
export class Clients {
  readonly #options: ClientsOptions;
  /** Of the process itself. */
  readonly #own = new Measurements();
  readonly #groups = new GroupMeasurements();
  readonly #pacer: Pacer;
  readonly #ownPath: OwnPath;
  readonly #clients = new Map<number, { readonly room: string; readonly client: LoadClient }>();
  readonly #cameras = new Map<string, readonly number[]>();
  /** Of clients that left. */
  readonly #flows: Flow[] = [];
  readonly #sent: SentStream[] = [];

  constructor(options: ClientsOptions) {
    this.#options = options;
    const { clock, timers } = options;
    this.#pacer = new Pacer(clock, timers, this.#own);
    this.#ownPath = new OwnPath(clock, this.#own);
    this.#pacer.add(this.#ownPath);
    timers.every(TICK_MS, () => {
      const nowUs = clock.nowMs() * 1000;
      for (const { client } of this.#clients.values()) client.tick(nowUs);
    });
  }

  open({ spec, ...connection }: OpenClient): GeneratorAnswers['open'] {
    const { clock, timers, random, traceOf } = this.#options;
    const former = this.#clients.get(spec.participant)?.client;
    this.#close(spec.participant);
    const client = new LoadClient({
      ...connection,
      spec,
      sentBefore: former?.sent() ?? [],
      trace: spec.video === undefined ? undefined : traceOf(spec.video),
      totals: this.#groups.of(spec.group),
      from: (group) => this.#groups.between(group, spec.group),
      pacer: this.#pacer,
      clock,
      timers,
      random,
    });
    this.#clients.set(spec.participant, { room: spec.room, client });
    client.setOthers(this.#cameras.get(spec.room) ?? []);
    return client.remoteTransport();
  }

  look(): Omit<GeneratorAnswers['look'], 'health'> {
    const { groups, ways } = this.#groups.snapshots();
    const parts = [...Object.values(groups), ...Object.values(ways)];
    return {
      snapshot: sumSnapshots([this.#own.snapshot(), ...parts]),
      groups,
      ways,
      milestones: [...this.#clients.values()].map(({ client }) => client.milestones()),
    };
  }

  audit(present: boolean): GeneratorAnswers['audit'] {
    const [flows, sent] = present ? [[], []] : [this.#flows, this.#sent];
    const clients = [...this.#clients.values()].map(({ client }) => client);
    return {
      flows: [...flows, ...clients.flatMap((client) => client.flows)],
      sent: [...sent, ...clients.flatMap((client) => client.sent())],
    };
  }

  obey(command: GeneratorCommand): void {
    switch (command.type) {
      case 'start':
        return this.#clients.get(command.participant)?.client.start();
      case 'cameras':
        this.#cameras.set(command.room, command.participants);
        for (const { room, client } of this.#clients.values()) {
          if (room === command.room) client.setOthers(command.participants);
        }
        return;
      case 'close': {
        this.#close(command.participant);
        return;
      }
      case 'silence':
        for (const { client } of this.#clients.values()) client.silence();
        return;
      case 'end':
        for (const participant of this.#clients.keys()) this.#close(participant);
        this.#ownPath.close();
        this.#pacer.stop();
        return;
    }
  }

  #close(participant: number): void {
    const { client } = this.#clients.get(participant) ?? {};
    if (!client) return;
    this.#clients.delete(participant);
    client.close();
    this.#flows.push(...client.flows);
    this.#sent.push(...client.sent());
  }
}
