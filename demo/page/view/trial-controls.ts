import { element } from './element.ts';

export const codecs = ['VP8', 'VP9', 'H264', 'AV1'] as const;

export type TrialControlsOptions = {
  readonly codec: string;
  readonly onCodec: (codec: string) => void;
  readonly onIceRestart: () => void;
};

/** What a person has no use for in a call, but who tries a bridge has: another codec, an ICE restart. */
export function trialControls({ codec, onCodec, onIceRestart }: TrialControlsOptions): HTMLElement {
  const select = element(
    'select',
    { name: 'codec', title: 'Codec to send' },
    ...codecs.map((name) => element('option', { value: name, selected: name === codec }, name)),
  );
  select.addEventListener('change', () => onCodec(select.value));
  const restart = element('button', { type: 'button', className: 'quiet' }, 'Restart ICE');
  restart.addEventListener('click', onIceRestart);
  return element('div', { className: 'trials' }, element('label', {}, 'Send ', select), restart);
}
