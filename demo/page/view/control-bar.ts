import { element } from './element.ts';
import { icon, type IconName } from './icon.ts';

export type Controls = {
  readonly onMicrophone: () => void;
  readonly onCamera: () => void;
  readonly onScreen: () => void;
  readonly onPanel: () => void;
  readonly onLeave: () => void;
  readonly onVolume: (volume: number) => void;
};

export type ControlState = {
  readonly microphoneMuted: boolean;
  readonly cameraMuted: boolean;
  readonly sharing: boolean;
  readonly canShare: boolean;
  /** Of the tone; undefined without one. */
  readonly volume: number | undefined;
};

/** The row of buttons under the tiles. */
export class ControlBar {
  readonly root: HTMLElement;
  readonly #microphone: HTMLButtonElement;
  readonly #camera: HTMLButtonElement;
  readonly #screen: HTMLButtonElement;
  readonly #panel: HTMLButtonElement;
  readonly #volume: HTMLInputElement;

  constructor(controls: Controls) {
    this.#microphone = button('microphone', controls.onMicrophone);
    this.#camera = button('camera', controls.onCamera);
    this.#screen = button('screen', controls.onScreen);
    this.#panel = button('panel', controls.onPanel);
    this.#volume = element('input', {
      type: 'range',
      name: 'volume',
      min: '0',
      max: '1',
      step: '0.01',
      title: 'Volume of the tone',
      ariaLabel: 'Volume of the tone',
    });
    this.#volume.addEventListener('input', () => controls.onVolume(this.#volume.valueAsNumber));
    const leave = button('leave', controls.onLeave);
    leave.classList.add('danger');
    label(leave, 'Leave the call');
    label(this.#panel, 'Streams');
    this.root = element(
      'nav',
      { className: 'controls', ariaLabel: 'Call controls' },
      this.#volume,
      this.#microphone,
      this.#camera,
      this.#screen,
      this.#panel,
      leave,
    );
  }

  set panelOpen(open: boolean) {
    this.#panel.classList.toggle('on', open);
  }

  update(state: ControlState): void {
    show(this.#microphone, state.microphoneMuted ? 'microphoneOff' : 'microphone');
    label(this.#microphone, state.microphoneMuted ? 'Unmute microphone' : 'Mute microphone');
    this.#microphone.classList.toggle('off', state.microphoneMuted);
    show(this.#camera, state.cameraMuted ? 'cameraOff' : 'camera');
    label(this.#camera, state.cameraMuted ? 'Start picture' : 'Stop picture');
    this.#camera.classList.toggle('off', state.cameraMuted);
    label(this.#screen, state.sharing ? 'Stop sharing' : 'Share screen');
    this.#screen.classList.toggle('on', state.sharing);
    this.#screen.hidden = !state.canShare;
    this.#volume.hidden = state.volume === undefined;
    if (state.volume !== undefined) this.#volume.value = String(state.volume);
  }
}

function button(name: IconName, onClick: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', dataset: { icon: name } });
  made.append(icon(name));
  made.addEventListener('click', onClick);
  return made;
}

function label(target: HTMLButtonElement, text: string): void {
  target.title = text;
  target.ariaLabel = text;
}

function show(target: HTMLButtonElement, name: IconName): void {
  if (target.dataset['icon'] === name) return;
  target.dataset['icon'] = name;
  target.replaceChildren(icon(name));
}
