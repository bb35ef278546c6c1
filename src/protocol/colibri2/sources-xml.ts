import type { XmlElement } from '../../base/xml-element.ts';
import { sourceName } from '../../model/ids.ts';
import { videoTypes, type Source } from '../../model/source.ts';
import { limits as jingleLimits } from '../jingle/limits.ts';
import { namespaces } from '../jingle/namespaces.ts';
import { announcedSsrcs, sourceEncodings } from '../jingle/source-encodings.ts';
import { decodeSsrc, decodeSsrcGroup, encodeSsrcGroup } from '../jingle/source-group.ts';
import { element, flag } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { limits } from './limits.ts';
import { colibri2 } from './namespace.ts';

/** Reads `<sources>`: the whole set of an endpoint's, empty when it has none. */
export function decodeSources(reader: ElementReader): readonly Source[] {
  return reader.children('media-source', colibri2, limits.sources).map(decodeSource);
}

export function encodeSources(sources: readonly Source[]): XmlElement {
  return element('sources', {}, sources.map(encodeSource));
}

/** The name is the `id` here; the `name` of the inner elements repeats it. The first `videoType` speaks for the source. */
function decodeSource(reader: ElementReader): Source {
  const sources = reader.children('source', namespaces.ssma, jingleLimits.ssrcs);
  const groups = reader.children('ssrc-group', namespaces.ssma, jingleLimits.groups);
  const stated = sources.map((source) => source.oneOf('videoType', videoTypes));
  return {
    name: sourceName(reader.required('id')),
    kind: reader.oneOf('type', ['audio', 'video']) ?? reader.fail('is missing', 'type'),
    encodings: sourceEncodings(sources.map(decodeSsrc), groups.map(decodeSsrcGroup)),
    videoType: stated.find((type) => type !== undefined) ?? 'camera',
    synthetic: reader.boolean('synthetic'),
  };
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
