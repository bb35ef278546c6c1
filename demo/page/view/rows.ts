import { element } from './element.ts';

/** Names and values; a row without a value is not shown. */
export type Rows = readonly (readonly [string, string | undefined])[];

/** A titled table of rows. */
export function card(title: string, rows: Rows): HTMLElement {
  const shown = rows.filter(([, value]) => value !== undefined && value !== '');
  return element(
    'section',
    { className: 'card' },
    element('h3', {}, title),
    element(
      'dl',
      {},
      ...shown.flatMap(([name, value = '']) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
  );
}

export function kilobits(bps: number | undefined): string | undefined {
  return bps === undefined ? undefined : `${Math.round(bps / 1000)} kbit/s`;
}

export function milliseconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value.toFixed(1)} ms`;
}
