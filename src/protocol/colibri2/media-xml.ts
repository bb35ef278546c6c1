import type { XmlElement } from '../../base/xml-element.ts';
import type { MediaDescription } from '../../model/media-description.ts';
import { decodeHeaderExtension, encodeHeaderExtension } from '../jingle/header-extension.ts';
import { limits } from '../jingle/limits.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { decodePayloadType, encodePayloadType } from '../jingle/payload-type.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';

export function decodeMedia(reader: ElementReader): MediaDescription {
  return {
    kind: reader.oneOf('type', ['audio', 'video']) ?? reader.fail('is missing', 'type'),
    payloadTypes: reader
      .children('payload-type', namespaces.rtp, limits.payloadTypes)
      .map(decodePayloadType),
    headerExtensions: reader
      .children('rtp-hdrext', namespaces.headerExtension, limits.headerExtensions)
      .map(decodeHeaderExtension),
    extmapAllowMixed: reader.child('extmap-allow-mixed', namespaces.headerExtension) !== undefined,
  };
}

export function encodeMedia(media: MediaDescription): XmlElement {
  return element('media', { type: media.kind }, [
    ...media.payloadTypes.map(encodePayloadType),
    ...media.headerExtensions.map(encodeHeaderExtension),
    ...(media.extmapAllowMixed
      ? [element('extmap-allow-mixed', { xmlns: namespaces.headerExtension })]
      : []),
  ]);
}
