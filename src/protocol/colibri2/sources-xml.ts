import type { XmlElement } from '../../base/xml-element.ts';
import { videoTypes, type Source } from '../../model/source.ts';
import { limits as jingleLimits } from '../jingle/limits.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { announcedSsrcs } from '../jingle/source-encodings.ts';
import { decodeSsrc, decodeSsrcGroup, encodeSsrcGroup } from '../jingle/source-group.ts';
import { element, flag } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { limits } from './limits.ts';
import { colibri2 } from './namespace.ts';
import { asSource } from './written-source.ts';

/** Reads `<sources>`: the whole set of an endpoint's, empty when it has none. */
export function decodeSources(reader: ElementReader): readonly Source[] {
  return reader
    .firstChildren('media-source', colibri2, limits.sources)
    .map(decodeSource)
    .filter((source) => source !== undefined);
}

export function encodeSources(sources: readonly Source[]): XmlElement {
  return element('sources', {}, sources.map(encodeSource));
}

/** The name is the `id` here; the `name` of the inner elements repeats it. */
function decodeSource(reader: ElementReader): Source | undefined {
  const sources = reader.firstChildren('source', namespaces.ssma, jingleLimits.ssrcs);
  const groups = reader.firstChildren('ssrc-group', namespaces.ssma, jingleLimits.groups);
  return asSource({
    name: reader.tolerant('id') ?? '',
    kind: reader.required('type'),
    ssrcs: sources.map(decodeSsrc),
    groups: groups.map(decodeSsrcGroup),
    videoTypes: sources.map((source) => source.oneOf('videoType', videoTypes)),
    synthetic: reader.boolean('synthetic'),
  });
}

function encodeSource(source: Source): XmlElement {
  const { name, kind, videoType, synthetic } = source;
  const { ssrcs, groups } = announcedSsrcs(source.encodings);
  return element('media-source', { type: kind, id: name, synthetic: flag(synthetic) }, [
    ...ssrcs.map((ssrc) =>
      element('source', {
        xmlns: namespaces.ssma,
        ssrc,
        name,
        videoType: videoType === 'camera' ? undefined : videoType,
      }),
    ),
    ...groups.map(encodeSsrcGroup),
  ]);
}
