import type { Call } from '../call/call.ts';
import type { CallState } from '../call/call-state.ts';
import { receiverConstraints } from '../call/receiver-constraints.ts';
import { ControlBar, type Controls, type ControlState } from './control-bar.ts';
import { element, setText } from './element.ts';
import { Grid } from './grid.ts';
import { icon } from './icon.ts';
import { RemoteAudio } from './remote-audio.ts';
import { StreamsPanel } from './streams-panel.ts';
import { audioOf, tilesOf } from './tiles-of.ts';

export type OwnTracks = ReadonlyMap<'v0' | 'v1', MediaStreamTrack | null>;

/** The page during a call. */
export class CallView {
  readonly #call: Call;
  readonly #grid: Grid;
  readonly #audio = new RemoteAudio();
  readonly #bar: ControlBar;
  readonly #panel: StreamsPanel;
  readonly #status = element('span', { className: 'status', role: 'status' });

  constructor(call: Call, room: string, controls: Omit<Controls, 'onPanel'>) {
    this.#call = call;
    this.#grid = new Grid((videos) => call.setConstraints(receiverConstraints(videos)));
    this.#panel = new StreamsPanel(call);
    this.#bar = new ControlBar({ ...controls, onPanel: () => this.#togglePanel() });
    const header = element(
      'header',
      { className: 'top' },
      element('h1', {}, room),
      copyButton(),
      this.#status,
    );
    document.title = `${room} · Trestle demo`;
    document.body.replaceChildren(
      element(
        'main',
        { className: 'call' },
        header,
        element('div', { className: 'middle' }, this.#grid.root, this.#panel.root),
        this.#bar.root,
        this.#audio.root,
      ),
    );
  }

  #togglePanel(): void {
    this.#panel.toggle();
    this.#bar.panelOpen = this.#panel.open;
  }

  update(own: OwnTracks, controls: ControlState): void {
    const { state } = this.#call;
    this.#grid.update(tilesOf(this.#call, state, own));
    this.#audio.update(audioOf(this.#call, state));
    this.#bar.update(controls);
    setText(this.#status, statusText(state));
    this.#status.dataset['status'] = state.status.type;
  }
}

function statusText({ status, others }: CallState): string {
  switch (status.type) {
    case 'connecting':
      return 'Connecting …';
    case 'reconnecting':
      return 'Connecting again …';
    case 'waiting':
    case 'refused':
      return status.reason;
    case 'left':
      return '';
    case 'connected':
      return others.length === 0 ? 'Nobody else is here yet' : `${others.length + 1} people`;
  }
}

function copyButton(): HTMLButtonElement {
  const button = element('button', {
    type: 'button',
    className: 'quiet',
    title: 'Copy the address',
  });
  const text = element('span', {}, 'Copy link');
  button.append(icon('link'), text);
  button.addEventListener('click', () => {
    const { origin, pathname, hash } = location;
    void navigator.clipboard.writeText(origin + pathname + hash).then(() => {
      setText(text, 'Copied');
      setTimeout(() => setText(text, 'Copy link'), 1500);
    });
  });
  return button;
}
