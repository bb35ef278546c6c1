import type { XmlElement } from '../../base/xml-element.ts';

type AttributeValue = string | number | boolean | undefined;

/** Builds an element; attributes that are undefined are left out. The namespace is given as `xmlns`. */
export function element(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>> = {},
  children: readonly (XmlElement | string)[] = [],
): XmlElement {
  const attrs: Record<string, string> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) attrs[key] = String(value);
  }
  return { name, attrs, children };
}

/** `true` or nothing: attributes that equal their default are not written. */
export function flag(value: boolean): true | undefined {
  return value || undefined;
}
