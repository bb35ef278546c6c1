/** One column of a table: its heading and what it shows of a row. */
export type Column<Row> = {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Words instead of a figure: left, and wrapped. */
  readonly isText?: boolean;
  /** Tints the cell. */
  readonly tint?: (row: Row) => 'good' | 'bad' | undefined;
};

export function column<Row>(
  heading: string,
  cell: (row: Row) => string,
  rest: Pick<Column<Row>, 'isText' | 'tint'> = {},
): Column<Row> {
  return { heading, cell, ...rest };
}

/** A table that scrolls sideways by itself where the page is narrow. */
export function drawTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const classes = (...names: readonly (string | false | undefined)[]) => {
    const given = names.filter(Boolean).join(' ');
    return given === '' ? '' : ` class="${given}"`;
  };
  const headings = columns.map(
    ({ heading, isText }) => `<th${classes(isText && 'text')}>${escape(heading)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map(
      ({ cell, isText, tint }) =>
        `<td${classes(isText && 'text', tint?.(row))}>${escape(cell(row))}</td>`,
    );
    return `<tr>${cells.join('')}</tr>`;
  });
  return (
    `<div class="wide"><table><thead><tr>${headings.join('')}</tr></thead>` +
    `<tbody>${body.join('\n')}</tbody></table></div>`
  );
}

export function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
