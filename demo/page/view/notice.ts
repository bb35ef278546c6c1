import { element } from './element.ts';

const shownMs = 5_000;

/** Shows a line of text for some seconds. */
export function showNotice(text: string): void {
  const notice = element('p', { className: 'notice', role: 'alert' }, text);
  document.body.append(notice);
  setTimeout(() => notice.remove(), shownMs);
}
