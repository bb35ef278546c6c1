import type { XmlElement } from '../../base/xml-element.ts';
import type { HeaderExtension } from '../../model/media-description.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { range } from './limits.ts';
import { namespaces } from './namespaces.ts';

/** Reads `<rtp-hdrext>` of XEP-0294; `senders` says nothing to a bridge and is not read. */
export function decodeHeaderExtension(reader: ElementReader): HeaderExtension {
  return {
    id: reader.requiredInteger('id', range.headerExtension),
    uri: reader.required('uri'),
  };
}

export function encodeHeaderExtension({ id, uri }: HeaderExtension): XmlElement {
  return element('rtp-hdrext', { xmlns: namespaces.headerExtension, id, uri });
}
