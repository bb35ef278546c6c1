import { element } from './element.ts';

/** Branches deeper than this are written as text, so that a page of unknown shape cannot grow without end. */
const deepest = 8;

/** Any JSON as folds of names and values; which folds are open survives a redraw. */
const opened = new Set<string>();

export function bridgeTree(value: unknown): HTMLElement {
  if (value === null || value === undefined) return element('p', {}, 'Nothing at present.');
  return branch(value, '', 0);
}

function branch(value: unknown, path: string, depth: number): HTMLElement {
  const list = element('ul', { className: 'tree' });
  for (const [name, child] of Object.entries(value as object)) {
    list.append(element('li', {}, entry(name, child, { path: `${path}/${name}`, depth })));
  }
  return list;
}

function entry(
  name: string,
  value: unknown,
  { path, depth }: { readonly path: string; readonly depth: number },
): HTMLElement {
  if (typeof value !== 'object' || value === null || depth >= deepest) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return element('span', {}, `${name}: `, element('code', {}, text));
  }
  const fold = element(
    'details',
    { open: opened.has(path) },
    element('summary', {}, name),
    ...(opened.has(path) ? [branch(value, path, depth + 1)] : []),
  );
  fold.addEventListener('toggle', () => {
    if (fold.open) opened.add(path);
    else opened.delete(path);
    if (fold.open && fold.childElementCount === 1) fold.append(branch(value, path, depth + 1));
  });
  return fold;
}
