import { isLive } from '../reload/live-keys.ts';
import type { Setting, Treatment } from '../setting.ts';
import { settings } from '../settings/settings.ts';
import { renderLiteral } from './render-hocon.ts';

const words: Readonly<Record<Treatment, string>> = {
  obeyed: 'yes',
  approximated: 'differs',
  ignored: 'ignored',
  unsupported: 'no',
};

/** The table of keys in docs/configuration.md. */
function renderTable(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(
    ([key, { treatment, about, reason, default: standard }]) =>
      row([
        `\`${key}\``,
        standard === undefined ? '–' : `\`${renderLiteral(standard).replace(/\n\s*/g, ' ')}\``,
        isLive(key) && counts(treatment) ? `${words[treatment]}, live` : words[treatment],
        reason === undefined || reason === about ? about : `${about} *${reason}*`,
      ]),
  );
  return [
    row(['key', 'default', 'obeyed', 'meaning']),
    row(['---', '---', '---', '---']),
    ...rows,
    '',
  ].join('\n');
}

const counts = (treatment: Treatment) => treatment === 'obeyed' || treatment === 'approximated';

const start = '<!-- keys: made by npm run docs:config -->\n\n';
const end = '\n<!-- end of keys -->';

/**
 * A page with the table between its marks made anew.
 * @throws Error if the page has no marks
 */
export function replaceTable(page: string): string {
  const from = page.indexOf(start);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page has no ${start.trim()} … ${end.trim()}`);
  return page.slice(0, from + start.length) + renderTable() + page.slice(to);
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
