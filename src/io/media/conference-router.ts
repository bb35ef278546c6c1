import type { types } from 'mediasoup';
import { AudioObservers } from './audio-observers.ts';
import type { MediaWorker } from './media-worker.ts';
import type { WorkerSlot } from './worker-pool.ts';

/** How data channel messages get from and to this process. */
export type DirectSide = {
  readonly direct: types.DirectTransport;
  readonly source: types.DataProducer;
};

/** The part of a conference that is on one worker. */
export class ConferenceRouter {
  /** The worker's place in the pool. */
  readonly place: number;
  readonly worker: MediaWorker;
  /** Only where the conference's microphones are heard (docs/media-plane.md, "A conference across workers"). */
  readonly observers: AudioObservers | undefined;
  readonly #router: types.Router;
  #direct: Promise<DirectSide> | undefined;

  private constructor(slot: WorkerSlot, router: types.Router, observers?: AudioObservers) {
    this.place = slot.index;
    this.worker = slot.worker;
    this.#router = router;
    this.observers = observers;
  }

  /** @param hears whether microphones are heard here */
  static async open(slot: WorkerSlot, hears: boolean): Promise<ConferenceRouter> {
    const snapshot = { ...slot };
    const router = await snapshot.worker.createRouter();
    return new ConferenceRouter(
      snapshot,
      router,
      hears ? await AudioObservers.create(router) : undefined,
    );
  }

  get closed(): boolean {
    return this.#router.closed;
  }

  createTransport(
    options: Pick<
      types.WebRtcTransportOptions,
      'enableSctp' | 'initialAvailableOutgoingBitrate' | 'iceConsentTimeout'
    >,
  ): Promise<types.WebRtcTransport> {
    const { ports, webRtcServer } = this.worker;
    return this.#router.createWebRtcTransport({
      webRtcServer,
      enableUdp: true,
      enableTcp: ports.tcp !== undefined,
      preferUdp: true,
      ...options,
    });
  }

  createPipeTransport(options: types.PipeTransportOptions): Promise<types.PipeTransport> {
    return this.#router.createPipeTransport(options);
  }

  /** One for all endpoints. */
  directSide(): Promise<DirectSide> {
    this.#direct ??= openDirectSide(this.#router);
    return this.#direct;
  }

  close(): void {
    this.#router.close();
  }
}

async function openDirectSide(router: types.Router): Promise<DirectSide> {
  const direct = await router.createDirectTransport();
  return { direct, source: await direct.produceData() };
}
