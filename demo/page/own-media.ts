import type { Call } from './call/call.ts';
import { Sequence } from './call/sequence.ts';
import { canShareScreen, type LocalMedia } from './media/local-media.ts';
import type { ControlState } from './view/control-bar.ts';
import type { Entry } from './view/lobby-view.ts';

/** What the person sends: switched on and off here, and put into the call. */
export class OwnMedia {
  readonly tracks = new Map<'v0' | 'v1', MediaStreamTrack | null>();
  readonly #call: Call;
  readonly #media: LocalMedia;
  readonly #entry: Entry;
  /** A second click while a device is being opened waits. */
  readonly #work = new Sequence();
  #microphone: MediaStreamTrack | null = null;
  #microphoneMuted = true;

  constructor(call: Call, media: LocalMedia, entry: Entry) {
    this.#call = call;
    this.#media = media;
    this.#entry = entry;
  }

  get controls(): ControlState {
    return {
      microphoneMuted: this.#microphoneMuted,
      cameraMuted: !this.tracks.get('v0'),
      sharing: Boolean(this.tracks.get('v1')),
      canShare: canShareScreen(),
      volume: this.#media.tone?.volume,
    };
  }

  /** A muted camera is let go, so that its light goes out. */
  toggleCamera(): Promise<void> {
    return this.#work.add(() => this.#toggleCamera());
  }

  /** A muted microphone stays: it sends silence, as Jitsi's clients do. */
  toggleMicrophone(): Promise<void> {
    return this.#work.add(() => this.#toggleMicrophone());
  }

  toggleScreen(): Promise<void> {
    return this.#work.add(() => this.#toggleScreen());
  }

  async #toggleCamera(): Promise<void> {
    const { picture, name } = this.#entry;
    const current = this.tracks.get('v0');
    current?.stop();
    const choice = picture === 'none' ? 'drawn' : picture;
    this.tracks.set('v0', current ? null : await this.#media.picture(choice, name));
    await this.#call.setCamera(this.tracks.get('v0') ?? null);
  }

  async #toggleMicrophone(): Promise<void> {
    const { sound } = this.#entry;
    this.#microphone ??= await this.#media.sound(sound === 'none' ? 'tone' : sound);
    this.#microphoneMuted = !this.#microphoneMuted;
    await this.#call.setMicrophone(this.#microphone, this.#microphoneMuted);
  }

  async #toggleScreen(): Promise<void> {
    this.tracks.get('v1')?.stop();
    const track = this.tracks.get('v1') ? null : await this.#media.screen();
    this.tracks.set('v1', track);
    track?.addEventListener('ended', () => void this.toggleScreen());
    await this.#call.setScreen(track);
  }

  setVolume(volume: number): void {
    if (this.#media.tone) this.#media.tone.volume = volume;
  }

  stop(): void {
    for (const track of [this.#microphone, ...this.tracks.values()]) track?.stop();
  }
}
