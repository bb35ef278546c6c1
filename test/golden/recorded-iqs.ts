import { readFileSync } from 'node:fs';
import type { XmlElement } from '../../src/base/xml-element.ts';
import { element } from '../../src/protocol/xml/element.ts';
import { firstElement, parseXml } from '../support/xml-text.ts';

export type RecordedIq = {
  readonly id: string;
  readonly type: string;
  /** The request's child. */
  readonly request: XmlElement;
  /** The whole answering stanza; undefined = there was none. */
  readonly answer: XmlElement | undefined;
};

/** Reads `[seconds] >>|<< stanza` lines and pairs the answers with their requests, in the requests' order. */
export function readRecordedIqs(file: string): readonly RecordedIq[] {
  const stanzas = readFileSync(new URL(`data/jicofo-jvb/${file}`, import.meta.url), 'utf8')
    .split('\n')
    .map((line) => /(?:>>|<<) (<iq .*<\/iq>|<iq [^>]*\/>)/.exec(line)?.[1])
    .filter((stanza) => stanza !== undefined)
    .map(parseXml);
  const answers = new Map(
    stanzas.filter(isAnswer).map((stanza) => [stanza.attrs['id'] ?? '', stanza]),
  );
  return stanzas
    .filter((stanza) => !isAnswer(stanza))
    .map((stanza) => {
      const id = stanza.attrs['id'] ?? '';
      const request = firstElement(stanza);
      if (!request) throw new Error(`${id} is empty`);
      const type = stanza.attrs['type'] ?? '';
      return { id, type, request, answer: answers.get(id) };
    });
}

function isAnswer({ attrs }: XmlElement): boolean {
  return attrs['type'] === 'result' || attrs['type'] === 'error';
}

/** Of JVB's error answers the `<error>`; the request repeated behind it is left out, and the text gets its namespace. */
export function recordedContent({ id, answer }: RecordedIq): XmlElement {
  if (!answer) throw new Error(`${id} has no answer`);
  const children = answer.children.filter((child) => typeof child !== 'string');
  const error = children.find(({ name }) => name === 'error');
  return element('iq', {}, error ? [withTextNamespace(error)] : children);
}

function withTextNamespace(error: XmlElement): XmlElement {
  const xmlns = 'urn:ietf:params:xml:ns:xmpp-stanzas';
  return {
    ...error,
    children: error.children.map((child) =>
      typeof child !== 'string' && child.name === 'text'
        ? { ...child, attrs: { ...child.attrs, xmlns } }
        : child,
    ),
  };
}
