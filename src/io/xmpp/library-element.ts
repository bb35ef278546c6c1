import { xml } from '@xmpp/client';
import type { XmlElement } from '../../base/xml-element.ts';
import type { LibraryElement } from './xmpp-entity.ts';

/**
 * A fresh element of the library's class, ready to send. Characters XML cannot carry are replaced: one of them
 * in a text that came from a peer would make the server end the whole stream as not well-formed.
 */
export function toLibraryElement({ name, attrs, children }: XmlElement): LibraryElement {
  const clean: Record<string, string> = {};
  for (const [key, value] of Object.entries(attrs)) {
    if (value !== undefined) clean[key] = toXmlText(value);
  }
  return xml(
    name,
    clean,
    ...children.map((child) =>
      typeof child === 'string' ? toXmlText(child) : toLibraryElement(child),
    ),
  );
}

// Everything outside the Char production of XML 1.0 §2.2; lone surrogates match under the u flag.
const illegal = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function toXmlText(text: string): string {
  return text.replace(illegal, '\u{FFFD}');
}
