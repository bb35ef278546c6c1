import type { XmlElement } from '../../src/base/xml-element.ts';

type Parser = {
  on(event: 'start' | 'element', listener: (element: XmlElement) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  write(text: string): void;
};

// Untyped upstream, and only tests parse text here: a specifier that is no literal keeps the compiler out of it.
const specifier = '@xmpp/xml' as string;
const { Parser } = (await import(specifier)) as { Parser: new () => Parser };

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

/** The first child element, or undefined. */
export function firstElement(parent: XmlElement): XmlElement | undefined {
  return parent.children.find((child) => typeof child !== 'string');
}
