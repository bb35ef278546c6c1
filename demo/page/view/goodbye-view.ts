import { element } from './element.ts';

export function showGoodbye(): void {
  const again = element('button', { className: 'primary', type: 'button' }, 'Join again');
  again.addEventListener('click', () => location.reload());
  document.body.replaceChildren(
    element(
      'main',
      { className: 'lobby-page' },
      element('div', { className: 'lobby goodbye' }, element('h1', {}, 'You left the call'), again),
    ),
  );
}
