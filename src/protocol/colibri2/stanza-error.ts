import type { Result } from '../../base/result.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { decoding, type DecodeError } from '../xml/decode-error.ts';
import { element } from '../xml/element.ts';
import { ElementReader } from '../xml/element-reader.ts';
import { encodeErrorExtensions, errorReasons, type ErrorReason } from './error-element.ts';
import { colibri2 } from './namespace.ts';

const stanzas = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const maxChildren = 16;
/** An error stanza's `<error>` (RFC 6120 §8.3) with what Colibri2 adds (colibri2.md §3.12). */
export type StanzaError = {
  readonly type: string;
  readonly condition: string;
  readonly text?: string;
  readonly reason?: ErrorReason;
  readonly endpointId?: string;
};

export function encodeStanzaError(error: StanzaError): XmlElement {
  return element('error', { type: error.type }, [
    element(error.condition, { xmlns: stanzas }),
    ...(error.text === undefined
      ? []
      : [element('text', { xmlns: stanzas, 'xml:lang': 'en' }, [error.text])]),
    ...(error.reason === undefined ? [] : encodeErrorExtensions(error.reason, error.endpointId)),
  ]);
}

/** Reads an `<error>`, for those who play the focus. JVB's texts lack their namespace and are read all the same. */
export function decodeStanzaError(error: XmlElement): Result<StanzaError, DecodeError> {
  return decoding(() => {
    const reader = ElementReader.root(error);
    const children = reader.elements(maxChildren);
    const condition = children.find(
      (child) => child.namespace === stanzas && child.localName !== 'text',
    );
    if (!condition) return reader.fail('has no condition');
    return withoutUndefined({
      type: reader.required('type'),
      condition: condition.localName,
      text: children.find((child) => child.localName === 'text')?.text(),
      reason: reader.child('error', colibri2)?.oneOf('reason', errorReasons),
      endpointId: reader.child('endpoint', colibri2)?.required('id'),
    });
  });
}
