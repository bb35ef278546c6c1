import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toLibraryElement } from '../../../../src/io/xmpp/library-element.ts';
import { stanzaLimits, stanzaParser } from '../../../../src/io/xmpp/stanza-parser.ts';
import { element } from '../../../../src/io/xmpp/xml.ts';

describe('an element to send', () => {
  it('has no attribute that is undefined', () => {
    expect(toLibraryElement(element('iq', { id: '1', from: undefined })).toString()).toBe(
      '<iq id="1"/>',
    );
  });

  it('replaces what XML cannot carry', () => {
    const sent = toLibraryElement(element('a', { b: 'x\u0000y' }, 'lone \ud800 \u0007 tab\t'));
    expect(sent.toString()).toBe('<a b="x\ufffdy">lone \ufffd \ufffd tab\t</a>');
  });

  it('comes back as it was, whatever its texts hold', () => {
    const anything = fc
      .array(fc.integer({ min: 0, max: 0x10ffff }), { minLength: 1 })
      .map((points) => String.fromCodePoint(...points));
    fc.assert(
      fc.property(anything, anything, (value, text) => {
        const Parser = stanzaParser(stanzaLimits, { onRefused: () => {}, onBroken: () => {} });
        const parser = new Parser();
        const sent = toLibraryElement(element('a', { value }, text));
        let received: unknown;
        parser.on('element', (parsed: unknown) => (received = parsed));
        parser.write(`<stream>${sent.toString()}`);
        expect(received).toMatchObject({ name: 'a', attrs: sent.attrs, children: sent.children });
      }),
    );
  });
});
