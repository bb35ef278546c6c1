// The part of @xmpp/xml tests use; the package has no types of its own.
declare module '@xmpp/xml' {
  type XmlElement = import('../../src/base/xml-element.ts').XmlElement;

  export class Parser {
    on(event: 'start' | 'element', listener: (element: XmlElement) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    write(text: string): void;
  }

  /** Its text is the element as XML. */
  export type LibraryElement = XmlElement & { toString(): string };

  export function xml(name: string, attrs: object, ...children: unknown[]): LibraryElement;
}
