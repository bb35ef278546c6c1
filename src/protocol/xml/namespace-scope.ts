import type { XmlElement } from '../../base/xml-element.ts';

/** The namespace declarations in force for an element: '' is the default one (Namespaces in XML 1.0 §6). */
export type NamespaceScope = ReadonlyMap<string, string>;

const none: NamespaceScope = new Map();

/** The scope inside `element`, which adds its own declarations to its parent's. */
export function enterScope(element: XmlElement, outer: NamespaceScope = none): NamespaceScope {
  let scope: Map<string, string> | undefined;
  for (const name of Object.keys(element.attrs)) {
    if (!name.startsWith('xmlns')) continue;
    const value: unknown = element.attrs[name];
    if (typeof value !== 'string') continue;
    const prefix = name === 'xmlns' ? '' : name.startsWith('xmlns:') ? name.slice(6) : undefined;
    if (prefix !== undefined) (scope ??= new Map(outer)).set(prefix, value);
  }
  return scope ?? outer;
}

/** Splits an element's name and resolves its prefix; an undeclared prefix has the namespace ''. */
export function qualifiedName(
  element: XmlElement,
  scope: NamespaceScope,
): { readonly localName: string; readonly namespace: string } {
  const colon = element.name.indexOf(':');
  const prefix = colon < 0 ? '' : element.name.slice(0, colon);
  return { localName: element.name.slice(colon + 1), namespace: scope.get(prefix) ?? '' };
}
