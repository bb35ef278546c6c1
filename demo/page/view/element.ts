type Properties<K extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[K], 'dataset' | 'style'>
> & { readonly dataset?: Readonly<Record<string, string>> };

/** Makes an element with properties and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { dataset = {}, ...properties }: Properties<K> = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  Object.assign(made.dataset, dataset);
  made.append(...children);
  return made;
}

/** Sets text only where it differs, so that a selection of it survives. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
