import { type AudioSubscription, everyAudioSource } from '../model/audio-subscription.ts';
import type { ReceiverSettings } from '../model/constraints.ts';
import type { ReceiverSettingsUpdate } from './channel-messages.ts';
import {
  firstUpdate,
  initialSettings,
  mergeSettings,
  sameSettings,
  type SettingsDefaults,
} from './receiver-settings.ts';

/** What a receiver wants, as the focus presumed it at first and the client says since. */
export class ReceiverWishes {
  readonly #defaults: SettingsDefaults;
  #settings: ReceiverSettings;
  #subscription: AudioSubscription = everyAudioSource;
  #spoken = false;

  constructor(defaults: SettingsDefaults) {
    this.#defaults = defaults;
    this.#settings = initialSettings(defaults);
  }

  get settings(): ReceiverSettings {
    return this.#settings;
  }

  get subscription(): AudioSubscription {
    return this.#subscription;
  }

  /** Whether the client has told its settings. */
  get spoken(): boolean {
    return this.#spoken;
  }

  /** The focus's start value; the client's own word stands above it (colibri2.md §3.5 step 5). */
  setInitialLastN(lastN: number): void {
    if (!this.#spoken) this.setLastN(lastN);
  }

  /** @returns whether that is new. */
  setLastN(lastN: number): boolean {
    const changed = this.#settings.lastN !== lastN;
    this.#settings = { ...this.#settings, lastN };
    return changed;
  }

  /** @returns whether the receiver now wants something else. */
  update(update: ReceiverSettingsUpdate): boolean {
    const complete = this.#spoken ? update : firstUpdate(update, this.#defaults);
    const next = mergeSettings(this.#settings, complete);
    const changed = !this.#spoken || !sameSettings(this.#settings, next);
    this.#spoken = true;
    this.#settings = next;
    return changed;
  }

  subscribe(subscription: AudioSubscription): void {
    this.#subscription = subscription;
  }
}
