import type { XmlElement } from '../../base/xml-element.ts';

/** Builds an element; attributes that are undefined are left out. */
export function element(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (XmlElement | string)[]
): XmlElement {
  return { name, attrs, children };
}

/** The element children of `parent`, without text. */
export function childElements(parent: XmlElement): readonly XmlElement[] {
  return parent.children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** The first child of that name and, if given, namespace written on it. */
export function findChild(
  parent: XmlElement,
  name: string,
  namespace?: string,
): XmlElement | undefined {
  return childElements(parent).find(
    (child) =>
      localName(child) === name && (namespace === undefined || ownNamespace(child) === namespace),
  );
}

/** The text directly inside an element. */
export function textOf(parent: XmlElement): string {
  return parent.children.filter((child) => typeof child === 'string').join('');
}

/** The name without its prefix. */
export function localName({ name }: XmlElement): string {
  return name.slice(name.indexOf(':') + 1);
}

/** The namespace declared on the element itself for its own name; a payload of a stanza always has one. */
export function ownNamespace({ name, attrs }: XmlElement): string | undefined {
  const colon = name.indexOf(':');
  return attrs[colon < 0 ? 'xmlns' : `xmlns:${name.slice(0, colon)}`];
}
