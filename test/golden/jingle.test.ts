import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { XmlElement } from '../../src/base/xml-element.ts';
import {
  decodeHeaderExtension,
  encodeHeaderExtension,
} from '../../src/protocol/jingle/header-extension.ts';
import { decodeIceTransport, encodeIceTransport } from '../../src/protocol/jingle/ice-transport.ts';
import { namespaces } from '../../src/protocol/jingle/namespaces.ts';
import { decodePayloadType, encodePayloadType } from '../../src/protocol/jingle/payload-type.ts';
import { decodeSsrcGroup, encodeSsrcGroup } from '../../src/protocol/jingle/source-group.ts';
import { ElementReader } from '../../src/protocol/xml/element-reader.ts';
import { parseXml } from '../support/xml-text.ts';
import { comparable, madeAnew } from './comparable.ts';

type Found = { readonly element: XmlElement; readonly namespace: string };

/** Jingle between Jicofo and an unchanged web client: one session-initiate and one session-accept. */
const file = new URL('data/client/jingle-rewriting.xml', import.meta.url);
const dialogue = everyElement(
  parseXml(`<dialogue>${readFileSync(file, 'utf8').replace(/<!--.*?-->/gs, '')}</dialogue>`),
);

test.each<[string, string, number, (reader: ElementReader) => XmlElement]>([
  ['payload-type', namespaces.rtp, 20, (reader) => encodePayloadType(decodePayloadType(reader))],
  [
    'rtp-hdrext',
    namespaces.headerExtension,
    10,
    (reader) => encodeHeaderExtension(decodeHeaderExtension(reader)),
  ],
  ['ssrc-group', namespaces.ssma, 1, (reader) => encodeSsrcGroup(decodeSsrcGroup(reader))],
  ['transport', namespaces.ice, 4, (reader) => encodeIceTransport(decodeIceTransport(reader))],
])('every recorded <%s> is understood whole', (name, namespace, atLeast, rewrite) => {
  const recorded = dialogue.filter((found) => {
    return found.element.name === name && found.namespace === namespace;
  });
  expect(recorded.length).toBeGreaterThanOrEqual(atLeast);
  for (const { element } of recorded) {
    const whole = withoutFixedParts({ ...element, attrs: { ...element.attrs, xmlns: namespace } });
    const rewritten = withoutFixedParts(rewrite(ElementReader.root(whole)));
    expect(comparable(rewritten, madeAnew)).toEqual(comparable(whole, madeAnew));
  }
});

/** `sctpmap` is between focus and client alone, and `rtcp-mux`, which some leave out, we always write (colibri2.md §2.14). */
function withoutFixedParts(element: XmlElement): XmlElement {
  const children = element.children.filter((child) => {
    return typeof child === 'string' || !['sctpmap', 'rtcp-mux'].includes(child.name);
  });
  return { ...element, children };
}

function everyElement(element: XmlElement, inherited = ''): readonly Found[] {
  const namespace = element.attrs['xmlns'] ?? inherited;
  const children = element.children.filter((child) => typeof child !== 'string');
  return [{ element, namespace }, ...children.flatMap((child) => everyElement(child, namespace))];
}
