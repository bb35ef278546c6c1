import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { exactlyPiped } from './ortc-override.ts';
import type { Consumable } from './consumable.ts';
import type { PipeEnds } from './router-pipes.ts';
import { pipeParameters } from './rtp-parameters.ts';

/** A pipe ends two to three times this after its last receiver: one that flickers does not make it anew each time. */
const IDLE_CHECK_MS = 2500;
/** A pipe that could not be opened is tried again so long afterwards. */
const RETRY_MS = 1000;

export type PipedSourceOptions = {
  readonly origin: Consumable;
  /** A pipe between the router of `origin` and the other one. */
  readonly connect: () => Promise<PipeEnds>;
  /** Merges requests for key frames, as at the origin. */
  readonly keyFrameRequestDelay: number;
  /** Stays although nobody there is sent it. */
  readonly kept: boolean;
  readonly onReady: () => void;
  /** The pipe is gone, but not by `close`: whoever needs it may make another one. */
  readonly onEnded: () => void;
  readonly log: Logger;
};

/** One source on the way to one other router: a consumer here, a producer there. */
export class PipedSource {
  readonly #options: PipedSourceOptions;
  readonly #opening: Promise<void>;
  #consumable: Consumable | undefined;
  #producer: types.Producer | undefined;
  #consumer: types.Consumer | undefined;
  /** To look whether it is idle, or when to try again. */
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PipedSourceOptions) {
    this.#options = options;
    this.#opening = this.#open();
  }

  /** What receivers there can be sent; undefined until the pipe stands. */
  get consumable(): Consumable | undefined {
    return this.#consumable;
  }

  /** Resolves when neither worker holds anything of it any more. */
  async close(): Promise<void> {
    this.#discard();
    await this.#opening;
  }

  async #open(): Promise<void> {
    try {
      const ends = await this.#options.connect();
      if (!this.#closed) await this.#join(ends);
    } catch (error) {
      const { origin, log } = this.#options;
      if (this.#closed || origin.producer.closed) return;
      log.warn({ err: error }, 'a source could not be piped to another worker');
      this.#timer = setTimeout(() => this.#end(), RETRY_MS);
      this.#timer.unref();
    }
  }

  async #join({ from, to }: PipeEnds): Promise<void> {
    const { origin, keyFrameRequestDelay, onReady } = this.#options;
    const { kind, id: producerId, paused } = origin.producer;
    const parameters = pipeParameters(origin.parameters, origin.producer.rtpParameters.rtcp?.cname);
    // The far end first: it misses nothing of what is sent.
    const producer = await to.produce({
      kind,
      rtpParameters: parameters,
      paused,
      keyFrameRequestDelay,
    });
    this.#producer = producer;
    producer.observer.once('close', () => this.#end());
    if (this.#isClosed()) {
      this.#discard();
      return;
    }
    const consumer = await exactlyPiped(from, producerId, parameters);
    this.#consumer = consumer;
    // The worker tells when the source is gone.
    consumer.observer.once('close', () => this.#end());
    if (this.#isClosed()) {
      this.#discard();
      return;
    }
    this.#consumable = { producer, parameters: origin.parameters, consumers: new Set() };
    follow(consumer, producer);
    if (!this.#options.kept) this.#watchIdle();
    onReady();
  }

  #watchIdle(): void {
    let idleChecks = 0;
    this.#timer = setInterval(() => {
      idleChecks = this.#consumable?.consumers.size === 0 ? idleChecks + 1 : 0;
      if (idleChecks > 2) this.#end();
    }, IDLE_CHECK_MS);
    this.#timer.unref();
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  #end(): void {
    if (this.#closed) return;
    this.#discard();
    this.#options.onEnded();
  }

  #discard(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#consumable = undefined;
    this.#producer?.close();
    // With a producer the worker closes its consumers; asked to do so again, it logs an error.
    if (!this.#options.origin.producer.closed) this.#consumer?.close();
  }
}

/** What is muted at the origin is paused there: who resumes it there asks for the key frame here. */
function follow(consumer: types.Consumer, producer: types.Producer): void {
  const align = () => {
    if (producer.closed || producer.paused === consumer.producerPaused) return;
    const aligned = consumer.producerPaused ? producer.pause() : producer.resume();
    aligned.then(align, () => undefined); // fails only if it was closed meanwhile
  };
  consumer.observer.on('pause', align);
  consumer.observer.on('resume', align);
  align();
}
