import type { XmlElement } from '../../base/xml-element.ts';
import { ssrc, type Ssrc } from '../../model/ids.ts';
import { element } from '../xml/element.ts';
import type { ElementReader } from '../xml/element-reader.ts';
import { limits, range } from './limits.ts';
import { namespaces } from './namespaces.ts';
import type { SsrcGroup } from './source-encodings.ts';

/** Reads the `ssrc` attribute of a `<source>` (XEP-0339). */
export function decodeSsrc(source: ElementReader): Ssrc {
  return ssrc(source.requiredInteger('ssrc', range.ssrc));
}

/** Reads an `<ssrc-group>`, whose members are `<source ssrc>` children. */
export function decodeSsrcGroup(reader: ElementReader): SsrcGroup {
  return {
    semantics: reader.required('semantics').toUpperCase(),
    ssrcs: reader.firstChildren('source', namespaces.ssma, limits.ssrcs).map(decodeSsrc),
  };
}

export function encodeSsrcGroup({ semantics, ssrcs }: SsrcGroup): XmlElement {
  return element(
    'ssrc-group',
    { xmlns: namespaces.ssma, semantics },
    ssrcs.map((member) => element('source', { ssrc: member })),
  );
}
