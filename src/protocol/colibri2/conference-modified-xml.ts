import type { Result } from '../../base/result.ts';
import type { XmlElement } from '../../base/xml-element.ts';
import { withoutUndefined } from '../../base/without-undefined.ts';
import { endpointId } from '../../model/ids.ts';
import { decoding, type DecodeError } from '../xml/decode-error.ts';
import { element, flag } from '../xml/element.ts';
import { ElementReader } from '../xml/element-reader.ts';
import type { ConferenceModified, EndpointModified } from './conference-modified.ts';
import { limits } from './limits.ts';
import { colibri2 } from './namespace.ts';
import { decodeSources, encodeSources } from './sources-xml.ts';
import { decodeTransportParts, encodeTransport } from './transport-xml.ts';

export function encodeConferenceModified(answer: ConferenceModified): XmlElement {
  const { endpoints, sources } = answer;
  return element('conference-modified', { xmlns: colibri2 }, [
    ...endpoints.map(({ id, expire, transport }) =>
      element(
        'endpoint',
        { id, expire: flag(expire) },
        transport ? [encodeTransport(transport)] : [],
      ),
    ),
    ...(sources ? [encodeSources(sources)] : []),
  ]);
}

/** Reads a bridge's answer, for those who play the focus. */
export function decodeConferenceModified(
  answer: XmlElement,
): Result<ConferenceModified, DecodeError> {
  return decoding(() => {
    const reader = ElementReader.root(answer);
    if (!reader.is('conference-modified', colibri2)) reader.fail(`is no ${colibri2} answer`);
    const sources = reader.child('sources', colibri2);
    return withoutUndefined({
      endpoints: reader.children('endpoint', colibri2, limits.endpoints).map(decodeEndpoint),
      sources: sources && decodeSources(sources),
    });
  });
}

function decodeEndpoint(reader: ElementReader): EndpointModified {
  const transport = reader.child('transport', colibri2);
  return withoutUndefined({
    id: endpointId(reader.required('id')),
    expire: reader.boolean('expire'),
    transport: transport && decodeTransportParts(transport),
  });
}
