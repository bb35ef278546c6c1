import { readFileSync } from 'node:fs';
import type { XmlElement } from '../../src/base/xml-element.ts';
import { firstElement, parseXml } from '../support/xml-text.ts';

export type ComponentRequest = {
  readonly id: string;
  readonly type: 'get' | 'set';
  /** The request's child, with the prefixes that were declared outside of it. */
  readonly payload: XmlElement;
  /** What the bridge of the recording answered; undefined = an empty result or an error. */
  readonly answer: XmlElement | undefined;
};

/** What a Jicofo of August 2018 asked a bridge that was a component, in order: `seconds BRIDGE <<|>> stanza`. */
export function readComponentCall(): readonly ComponentRequest[] {
  const path = new URL('data/jicofo-2018/component-call.log', import.meta.url);
  const stanzas = readFileSync(path, 'utf8')
    .split('\n')
    .map((line) => /^[\d.]+ BRIDGE (<<|>>) (<(?:ns0:)?iq .*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, direction, text = '']) => ({ asked: direction === '<<', stanza: parseXml(text) }));
  const answers = new Map(
    stanzas
      .filter(({ asked }) => !asked)
      .map(({ stanza }) => [
        stanza.attrs['id'],
        stanza.attrs['type'] === 'result' ? firstElement(stanza) : undefined,
      ]),
  );
  return stanzas
    .filter(({ asked }) => asked)
    .map(({ stanza }) => {
      const { id = '', type } = stanza.attrs;
      const payload = firstElement(stanza);
      if (!payload || (type !== 'get' && type !== 'set')) throw new Error(`${id} is no request`);
      const declared = Object.entries(stanza.attrs).filter(([name]) => name.startsWith('xmlns:'));
      const attrs = { ...Object.fromEntries(declared), ...payload.attrs };
      return { id, type, payload: { ...payload, attrs }, answer: answers.get(id) };
    });
}
