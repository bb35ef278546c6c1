import { hueOf } from '../media/drawing.ts';
import { drawnPicture } from '../media/drawn-picture.ts';
import type { Devices } from '../media/local-media.ts';
import type { PictureChoice, Settings, SoundChoice } from '../settings.ts';
import { element } from './element.ts';

export type Entry = {
  readonly name: string;
  readonly picture: PictureChoice;
  readonly sound: SoundChoice;
};

type Choice = { readonly value: string; readonly label: string; readonly disabled?: boolean };

/** Asks for a name and for what to send; resolves when the person joins. */
export function showLobby(settings: Settings, room: string, devices: Devices): Promise<Entry> {
  const name = element('input', {
    name: 'name',
    value: settings.name,
    placeholder: 'Your name',
    autocomplete: 'name',
    maxLength: 40,
    required: true,
    ariaLabel: 'Your name',
  });
  const picture = choices('picture', settings.picture ?? (devices.camera ? 'camera' : 'drawn'), [
    { value: 'camera', label: 'Camera', disabled: !devices.camera },
    { value: 'drawn', label: 'Drawing' },
    { value: 'none', label: 'None' },
  ]);
  const sound = choices('sound', settings.sound ?? (devices.microphone ? 'microphone' : 'tone'), [
    { value: 'microphone', label: 'Microphone', disabled: !devices.microphone },
    { value: 'tone', label: `Tone ${settings.toneHz} Hz` },
    { value: 'none', label: 'None' },
  ]);
  const preview = element('video', { autoplay: true, muted: true, playsInline: true });
  const form = element(
    'form',
    { className: 'lobby' },
    element('h1', {}, 'Join ', element('strong', {}, room)),
    element('div', { className: 'preview' }, preview),
    name,
    field('Picture', picture),
    field('Sound', sound),
    element('button', { className: 'primary', type: 'submit' }, 'Join the call'),
    element(
      'p',
      { className: 'hint' },
      'A call through this bridge alone: no Jitsi server is involved. Open this address in a second tab, or on another device.',
    ),
  );
  document.body.replaceChildren(element('main', { className: 'lobby-page' }, form));
  const stopPreview = keepPreview(form, preview);
  name.focus();
  return new Promise((resolve) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      stopPreview();
      const values = new FormData(form);
      resolve({
        name: name.value.trim() || 'Guest',
        picture: values.get('picture') as PictureChoice,
        sound: values.get('sound') as SoundChoice,
      });
    });
  });
}

/** Shows what the chosen picture would be; returns how to stop. */
function keepPreview(form: HTMLFormElement, preview: HTMLVideoElement): () => void {
  let track: MediaStreamTrack | null = null;
  let round = 0;
  const stop = (): void => {
    round += 1;
    track?.stop();
    track = null;
    preview.srcObject = null;
  };
  const show = async (): Promise<void> => {
    stop();
    const mine = round;
    const values = new FormData(form);
    const made = await previewTrack(
      values.get('picture') as PictureChoice,
      (values.get('name') as string) || 'You',
    );
    if (mine !== round) made?.stop();
    else if (made) {
      track = made;
      preview.srcObject = new MediaStream([made]);
    }
  };
  form.addEventListener('change', () => void show());
  void show();
  return stop;
}

async function previewTrack(choice: PictureChoice, name: string): Promise<MediaStreamTrack | null> {
  if (choice === 'drawn') {
    return drawnPicture({ widthPx: 640, heightPx: 360, frameRate: 20, name, hue: hueOf(name) });
  }
  if (choice === 'none') return null;
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    return stream.getVideoTracks()[0] ?? null;
  } catch {
    return null; // refused now: asked again at the join, which tells the person
  }
}

function field(title: string, group: HTMLElement): HTMLElement {
  return element('div', { className: 'field' }, element('span', {}, title), group);
}

function choices(name: string, selected: string, options: readonly Choice[]): HTMLElement {
  const labels = options.map(({ value, label, disabled = false }) =>
    element(
      'label',
      {},
      element('input', { type: 'radio', name, value, disabled, checked: value === selected }),
      element('span', {}, label),
    ),
  );
  return element('div', { className: 'choices', role: 'radiogroup', ariaLabel: name }, ...labels);
}
