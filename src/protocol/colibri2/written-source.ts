import { sourceName, type Ssrc } from '../../model/ids.ts';
import type { MediaKind } from '../../model/media-description.ts';
import type { Source, VideoType } from '../../model/source.ts';
import { sourceEncodings, type SsrcGroup } from '../jingle/source-encodings.ts';
import { limits } from './limits.ts';

/** A `<media-source>` as it is written. */
export type WrittenSource = {
  readonly name: string;
  readonly kind: string;
  readonly ssrcs: readonly Ssrc[];
  readonly groups: readonly SsrcGroup[];
  /** One for each SSRC; the first that is stated speaks for the source. */
  readonly videoTypes: readonly (VideoType | undefined)[];
  readonly synthetic: boolean;
};

const kinds: readonly MediaKind[] = ['audio', 'video'];

/**
 * The source that is meant, or undefined: a client chooses its sources' names and kinds, and its focus checks
 * neither, so that one that makes no sense is left out instead of failing the request.
 */
export function asSource(written: WrittenSource): Source | undefined {
  const { name, synthetic } = written;
  const kind = kinds.find((known) => known === written.kind.toLowerCase());
  if (kind === undefined || name.trim() === '' || name.length > limits.sourceNameLength) {
    return undefined;
  }
  return {
    name: sourceName(name),
    kind,
    encodings: sourceEncodings(written.ssrcs, written.groups),
    videoType: written.videoTypes.find((type) => type !== undefined) ?? 'camera',
    synthetic,
  };
}
