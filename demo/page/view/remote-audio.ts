import { element } from './element.ts';

export type AudioTrack = { readonly source: string; readonly track: MediaStreamTrack };

/** Plays every remote microphone; elements carry the source's name. */
export class RemoteAudio {
  readonly root = element('div', { hidden: true });
  readonly #elements = new Map<string, HTMLAudioElement>();

  update(tracks: readonly AudioTrack[]): void {
    for (const [source, audio] of this.#elements) {
      if (tracks.some((track) => track.source === source)) continue;
      audio.remove();
      this.#elements.delete(source);
    }
    for (const { source, track } of tracks) this.#play(source, track);
  }

  #play(source: string, track: MediaStreamTrack): void {
    const audio = this.#elements.get(source) ?? element('audio', { autoplay: true });
    audio.dataset['source'] = source;
    const current = audio.srcObject as MediaStream | null;
    if (current?.getAudioTracks()[0] !== track) audio.srcObject = new MediaStream([track]);
    if (this.#elements.has(source)) return;
    this.#elements.set(source, audio);
    this.root.append(audio);
  }
}
