import type { PictureChoice, Settings, SoundChoice } from '../settings.ts';
import { drawnPicture } from './drawn-picture.ts';
import { hueOf } from './drawing.ts';
import { Tone } from './tone.ts';

/** What the device can offer; where the page may not ask (HTTP on a LAN), nothing. */
export type Devices = { readonly camera: boolean; readonly microphone: boolean };

export async function findDevices(): Promise<Devices> {
  const devices = (await mediaDevices()?.enumerateDevices()) ?? [];
  return {
    camera: devices.some(({ kind }) => kind === 'videoinput'),
    microphone: devices.some(({ kind }) => kind === 'audioinput'),
  };
}

/** False on phones, and where the page may not ask. */
export function canShareScreen(): boolean {
  return typeof mediaDevices()?.getDisplayMedia === 'function';
}

/** Browsers leave it out on pages that are neither HTTPS nor of this machine. */
function mediaDevices(): MediaDevices | undefined {
  return (navigator as { mediaDevices?: MediaDevices }).mediaDevices;
}

/** The page's own picture and sound: from devices, or made here. */
export class LocalMedia {
  readonly #settings: Settings;
  #tone: Tone | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws DOMException when the person or the device refuses. */
  async picture(choice: PictureChoice, name: string): Promise<MediaStreamTrack | null> {
    const { widthPx, heightPx, frameRate } = this.#settings;
    if (choice === 'none') return null;
    if (choice === 'drawn') {
      return drawnPicture({ widthPx, heightPx, frameRate, name, hue: hueOf(name) });
    }
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: widthPx }, height: { ideal: heightPx }, frameRate: { max: 30 } },
    });
    return stream.getVideoTracks()[0] ?? null;
  }

  /** @throws DOMException when the person or the device refuses. */
  async sound(choice: SoundChoice): Promise<MediaStreamTrack | null> {
    this.#tone?.stop();
    this.#tone = undefined;
    if (choice === 'none') return null;
    if (choice === 'tone') {
      this.#tone = new Tone(this.#settings.toneHz, this.#settings.volume);
      return this.#tone.track;
    }
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return stream.getAudioTracks()[0] ?? null;
  }

  /** The tone, if that is the sound: its volume can be set. */
  get tone(): Tone | undefined {
    return this.#tone;
  }

  /** @throws DOMException when the person refuses. */
  async screen(): Promise<MediaStreamTrack | null> {
    const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: 15 } });
    return stream.getVideoTracks()[0] ?? null;
  }
}
