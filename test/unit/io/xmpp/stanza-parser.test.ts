import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stanzaParser, type StanzaLimits } from '../../../../src/io/xmpp/stanza-parser.ts';

type Seen = {
  readonly elements: string[];
  readonly refused: string[];
  readonly errors: string[];
};

function parse(chunks: readonly string[], limits: Partial<StanzaLimits> = {}): Seen {
  const seen: Seen = { elements: [], refused: [], errors: [] };
  const Parser = stanzaParser(
    { maxChars: 10_000, maxDepth: 8, ...limits },
    {
      onRefused: (shell, reason) => seen.refused.push(`${shell.toString()}: ${reason}`),
      onBroken: ({ message }) => seen.errors.push(message),
    },
  );
  const parser = new Parser();
  parser.on('element', (element: { toString(): string }) => seen.elements.push(element.toString()));
  for (const chunk of ['<stream>', ...chunks]) parser.write(chunk);
  return seen;
}

const deep = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels);

describe('the stanza parser', () => {
  it('gives whole stanzas, however the stream is cut into packets', () => {
    const text = `<iq id="1"><q xmlns="u">é &amp; 𝟛</q></iq>\n<presence from="r/n"/><message><body/></message>`;
    const whole = parse([text]).elements;
    expect(whole).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length })), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
        const chunks = edges.slice(1).map((end, index) => text.slice(edges[index], end));
        expect(parse(chunks).elements).toEqual(whole);
      }),
    );
  });

  it('passes a stanza at the depth limit and refuses one beyond, with its address, and goes on', () => {
    const seen = parse([
      `<iq id="1">${deep(7)}</iq>`,
      `<iq id="2" from="f">${deep(8)}</iq>`,
      '<iq id="3"/>',
    ]);
    expect(seen.elements.map((text) => /id="\d"/.exec(text)?.[0])).toEqual(['id="1"', 'id="3"']);
    expect(seen.refused).toEqual(['<iq id="2" from="f"/>: more than 8 levels deep']);
    expect(seen.errors).toEqual([]);
  });

  it('refuses a stanza of too many characters, in text, attributes or elements', () => {
    for (const content of [
      'x'.repeat(10_000),
      `<a b="${'x'.repeat(10_000)}"/>`,
      '<a/>'.repeat(101),
    ]) {
      const seen = parse([`<iq id="1">${content}<b>after</b></iq><iq id="2"/>`]);
      expect(seen.refused).toEqual(['<iq id="1"/>: more than 10000 characters']);
      expect(seen.elements).toEqual(['<iq id="2"/>']);
    }
  });

  it('survives a stanza so deep that a recursive walk over it would not', () => {
    const seen = parse([`<iq id="1">${deep(200_000)}</iq>`, '<iq id="2"/>'], { maxChars: 1e9 });
    expect(seen.refused).toEqual(['<iq id="1"/>: more than 8 levels deep']);
    expect(seen.elements).toEqual(['<iq id="2"/>']);
  });

  it('keeps nothing of the white space between stanzas', () => {
    const Parser = stanzaParser(
      { maxChars: 10_000, maxDepth: 8 },
      { onRefused: () => {}, onBroken: () => {} },
    );
    const parser = new Parser();
    parser.write('<stream>');
    for (let i = 0; i < 1000; i += 1) parser.write(' \n');
    parser.write('<iq/>');
    expect(parser.root?.children).toEqual([]);
  });

  it('gives up a stream with one endless token, instead of holding it', () => {
    const seen = parse(['<iq id="', ...Array.from({ length: 20 }, () => 'x'.repeat(1000))]);
    expect(seen.errors).toEqual(['a token of more than 10000 characters']);
  });

  it.each([
    ['<iq><a></b></iq><iq/>', 'a must be closed.'],
    ['<iq>&nbsp;</iq><iq/>', 'Illegal XML entity &nbsp;'],
    ['<iq a="&#0;"/><iq/>', 'Illegal XML character 0x0'],
  ])('gives up %s once, and says nothing more', (text, error) => {
    expect(parse([text, '</a></b></c>', '<iq/>'])).toEqual({
      elements: [],
      refused: [],
      errors: [error],
    });
  });
});
