import { make, setClass, setText } from './element.ts';

/** A cell: its text, how it looks, and a share from 0 to 1 drawn as a bar. */
export type Cell = { readonly text: string; readonly look?: string; readonly bar?: number };

export type Column<Row> = {
  readonly head: string;
  /** `number`, `nowrap`, `wide`, `rare` = not on narrow screens. */
  readonly look?: string;
  readonly cell: (row: Row) => Cell | string;
};

export type TableOptions<Row> = {
  readonly columns: readonly Column<Row>[];
  readonly key: (row: Row) => string;
  /** What is shown instead of no rows. */
  readonly empty: string;
  readonly onSelect?: (row: Row) => void;
};

/** A table whose rows stay the same elements while their texts change: focus, selection and scrolling survive. */
export class Table<Row> {
  readonly #options: TableOptions<Row>;
  readonly #body = document.createElement('tbody');
  readonly #rows = new Map<string, HTMLTableRowElement>();
  readonly #shown = new Map<string, Row>();

  constructor(table: HTMLElement, options: TableOptions<Row>) {
    this.#options = options;
    const head = document.createElement('tr');
    for (const { head: text, look } of options.columns) head.append(make('th', look, text));
    const thead = document.createElement('thead');
    thead.append(head);
    table.replaceChildren(thead, this.#body);
    if (options.onSelect) this.#listen(options.onSelect);
  }

  update(rows: readonly Row[], selected?: string): void {
    const { key, empty, columns } = this.#options;
    const former = new Set(this.#rows.keys());
    rows.forEach((row, place) => {
      const id = key(row);
      former.delete(id);
      const element = this.#rows.get(id) ?? this.#add(id);
      this.#shown.set(id, row);
      this.#fill(element, row);
      setClass(element, id === selected ? 'selected' : '');
      if (this.#body.children[place] !== element) {
        this.#body.insertBefore(element, this.#body.children[place] ?? null);
      }
    });
    for (const id of former) this.#remove(id);
    if (rows.length > 0) return;
    const none = make('td', 'empty', empty) as HTMLTableCellElement;
    none.colSpan = columns.length;
    const line = document.createElement('tr');
    line.append(none);
    this.#body.replaceChildren(line);
  }

  #listen(onSelect: (row: Row) => void): void {
    const select = (target: EventTarget | null) => {
      const line = target instanceof Element ? target.closest('tr') : null;
      const row = this.#shown.get(line?.dataset['key'] ?? '');
      if (row !== undefined) onSelect(row);
    };
    this.#body.addEventListener('click', ({ target }) => select(target));
    this.#body.addEventListener('keydown', ({ key, target }) => {
      if (key === 'Enter') select(target);
    });
  }

  #add(id: string): HTMLTableRowElement {
    if (this.#rows.size === 0) this.#body.replaceChildren();
    const element = document.createElement('tr');
    element.dataset['key'] = id;
    if (this.#options.onSelect) element.tabIndex = 0;
    for (const { look } of this.#options.columns) element.append(make('td', look));
    this.#rows.set(id, element);
    return element;
  }

  #remove(id: string): void {
    this.#rows.get(id)?.remove();
    this.#rows.delete(id);
    this.#shown.delete(id);
  }

  #fill(element: HTMLTableRowElement, row: Row): void {
    this.#options.columns.forEach(({ cell, look = '' }, place) => {
      const value = cell(row);
      const { text, look: own = '', bar } = typeof value === 'string' ? { text: value } : value;
      const target = element.children[place];
      if (!target) return;
      setClass(target, `${look} ${own}`.trim());
      if (bar === undefined) setText(target, text);
      else setBar(target, bar, text);
    });
  }
}

function setBar(target: Element, share: number, text: string): void {
  let meter = target.querySelector('meter');
  if (!meter) {
    meter = document.createElement('meter');
    meter.high = 0.8;
    meter.optimum = 0;
    target.replaceChildren(meter, make('span'));
  }
  meter.value = share;
  if (meter.nextElementSibling) setText(meter.nextElementSibling, text);
}
