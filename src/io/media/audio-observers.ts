import type { types } from 'mediasoup';
import type { Logger } from '../../base/logger.ts';
import { runInBackground } from '../../base/run-in-background.ts';
import type { MediaEvent } from '../../conference/ports.ts';
import type { EndpointId } from '../../model/ids.ts';

/** Loudest endpoints reported at a time. */
const MAX_LEVELS = 20;
/** Below it a microphone is silent, dBov. */
const THRESHOLD_DBOV = -80;
const LEVEL_INTERVAL_MS = 300;
/** JVB's decision interval (allocation.md §3.1). */
const SPEAKER_INTERVAL_MS = 300;

/** The worker's view of who speaks in one conference: levels four times a second, and the dominant speaker. */
export class AudioObservers {
  readonly #levels: types.AudioLevelObserver;
  readonly #speakers: types.ActiveSpeakerObserver;
  readonly #owners = new Map<string, EndpointId>();
  /** The producer found dominant last, while it is there. */
  #dominant: string | undefined;

  private constructor(levels: types.AudioLevelObserver, speakers: types.ActiveSpeakerObserver) {
    this.#levels = levels;
    this.#speakers = speakers;
  }

  static async create(router: types.Router): Promise<AudioObservers> {
    const [levels, speakers] = await Promise.all([
      router.createAudioLevelObserver({
        maxEntries: MAX_LEVELS,
        threshold: THRESHOLD_DBOV,
        interval: LEVEL_INTERVAL_MS,
      }),
      router.createActiveSpeakerObserver({ interval: SPEAKER_INTERVAL_MS }),
    ]);
    return new AudioObservers(levels, speakers);
  }

  listen(emit: (event: MediaEvent) => void): void {
    this.#levels.on('volumes', (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const endpointId = this.#owners.get(producer.id);
        return endpointId === undefined ? [] : [{ endpointId, dBov: volume }];
      });
      emit({ type: 'audio-levels', levels });
    });
    this.#levels.on('silence', () => emit({ type: 'audio-levels', levels: [] }));
    this.#speakers.on('dominantspeaker', ({ producer }) => {
      const endpointId = this.#owners.get(producer.id);
      // With nobody to compare with the observer picks the first it comes upon.
      const arbitrary = this.#dominant === undefined;
      if (endpointId === undefined) return;
      this.#dominant = producer.id;
      emit({ type: 'dominant-speaker', endpointId, arbitrary });
    });
  }

  add(producer: types.Producer, owner: EndpointId, log: Logger): void {
    this.#owners.set(producer.id, owner);
    producer.observer.on('close', () => {
      this.#owners.delete(producer.id);
      if (this.#dominant === producer.id) this.#dominant = undefined;
    });
    const producerId = producer.id;
    runInBackground(async () => {
      try {
        await Promise.all([
          this.#levels.addProducer({ producerId }),
          this.#speakers.addProducer({ producerId }),
        ]);
      } catch (error) {
        if (!producer.closed) throw error; // gone meanwhile: nothing to observe
      }
    }, log);
  }
}
