import { type LibraryElement, Parser, xml } from '@xmpp/xml';
import type { XmlElement } from '../../src/base/xml-element.ts';

/** Parses one element as the XMPP library does that delivers stanzas to the bridge. */
export function parseXml(text: string): XmlElement {
  const found: XmlElement[] = [];
  const parser = new Parser();
  parser.on('element', (element) => found.push(element));
  parser.on('error', (error) => {
    throw error;
  });
  parser.write(`<stream>${text}</stream>`);
  const [element] = found;
  if (!element) throw new Error(`no element in ${text.slice(0, 80)}`);
  return element;
}

/** Writes an element as that library does. */
export function writeXml(element: XmlElement): string {
  return toLibrary(element).toString();
}

function toLibrary({ name, attrs, children }: XmlElement): LibraryElement {
  return xml(
    name,
    attrs,
    ...children.map((child) => (typeof child === 'string' ? child : toLibrary(child))),
  );
}

/** The first child element, or undefined. */
export function firstElement(parent: XmlElement): XmlElement | undefined {
  return parent.children.find((child) => typeof child !== 'string');
}
