import type { XmlElement } from '../../src/base/xml-element.ts';

type XmlLibrary = (name: string, attrs: object, ...children: unknown[]) => { toString(): string };

// Untyped upstream: a specifier that is no literal keeps the compiler out of it.
const specifier = '@xmpp/xml' as string;
const { default: xml } = (await import(specifier)) as { default: XmlLibrary };

/** Writes an element as the XMPP library does that sends the bridge's stanzas. */
export function xmlText(element: XmlElement): string {
  return toLibrary(element).toString();
}

function toLibrary({ name, attrs, children }: XmlElement): { toString(): string } {
  return xml(
    name,
    attrs,
    ...children.map((child) => (typeof child === 'string' ? child : toLibrary(child))),
  );
}
