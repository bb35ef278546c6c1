import { hueOf } from '../media/drawing.ts';
import { element, setText } from './element.ts';
import { icon } from './icon.ts';

/** What one tile shows: a member's camera, or a screen share. */
export type TileState = {
  readonly source: string;
  readonly owner: string;
  readonly name: string;
  readonly own: boolean;
  readonly screenShare: boolean;
  readonly microphoneMuted: boolean;
  readonly speaking: boolean;
  /** Undefined: no picture at present. */
  readonly track: MediaStreamTrack | undefined;
  readonly note: string;
};

/** One picture with its name; without a picture, initials. */
export class Tile {
  readonly root: HTMLElement;
  readonly #video = element('video', { autoplay: true, playsInline: true, muted: true });
  readonly #initials = element('span', { className: 'initials' });
  readonly #name = element('span', { className: 'name' });
  readonly #note = element('span', { className: 'note' });

  constructor(onSelect: () => void) {
    const muted = element('span', { className: 'muted', title: 'Microphone is off' });
    muted.append(icon('microphoneOff'));
    this.root = element(
      'article',
      { className: 'tile', tabIndex: 0 },
      this.#initials,
      this.#video,
      element('footer', {}, muted, this.#name, this.#note),
    );
    this.root.addEventListener('click', onSelect);
    this.root.addEventListener('keydown', ({ key }) => {
      if (key === 'Enter') onSelect();
    });
  }

  update(state: TileState): void {
    Object.assign(this.root.dataset, { source: state.source, owner: state.owner });
    const { classList } = this.root;
    classList.toggle('own', state.own);
    classList.toggle('screen', state.screenShare);
    classList.toggle('speaking', state.speaking);
    classList.toggle('microphone-muted', state.microphoneMuted);
    classList.toggle('without-picture', state.track === undefined);
    this.root.style.setProperty('--hue', String(hueOf(state.name)));
    setText(this.#initials, initials(state.name));
    setText(this.#name, state.own ? `${state.name} (you)` : state.name);
    setText(this.#note, state.note);
    this.#show(state.track);
  }

  #show(track: MediaStreamTrack | undefined): void {
    const current = this.#video.srcObject as MediaStream | null;
    if (current?.getVideoTracks()[0] === track) return;
    this.#video.srcObject = track ? new MediaStream([track]) : null;
  }
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => word.slice(0, 1).toUpperCase())
    .join('');
}
