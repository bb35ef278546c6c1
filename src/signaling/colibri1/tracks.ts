import { type EndpointId, type SourceName, sourceName, type Ssrc } from '../../model/ids.ts';
import type { MediaKind } from '../../model/media-description.ts';
import type { Source, SourceEncoding } from '../../model/source.ts';
import { limits } from '../../protocol/jingle/limits.ts';
import type { Announced } from './conference-table.ts';

/** The streams of each track, in the order of colibri1.md §2.4: `SIM` groups, `FID` and `FEC-FR` pairs, what is left. */
export function trackEncodings({ ssrcs, groups }: Announced): readonly SourceEncoding[][] {
  const of = (semantics: string) => groups.filter((group) => group.semantics === semantics);
  const retransmissions = of('FID');
  const pairs = [...retransmissions, ...of('FEC-FR')];
  const partners = new Set(pairs.flatMap((group) => group.ssrcs.slice(1)));
  const used = new Set<Ssrc>();
  const take = (ssrc: Ssrc): SourceEncoding[] => {
    if (used.has(ssrc) || partners.has(ssrc)) return [];
    used.add(ssrc);
    const rtx = retransmissions.find((pair) => pair.ssrcs[0] === ssrc)?.ssrcs[1];
    if (rtx === undefined || used.has(rtx)) return [{ ssrc }];
    used.add(rtx);
    return [{ ssrc, rtx }];
  };
  const candidates = [
    ...of('SIM').map((group) => group.ssrcs.slice(0, limits.encodings)),
    ...pairs.map((group) => group.ssrcs.slice(0, 1)),
    ...ssrcs.map((ssrc) => [ssrc]),
  ];
  return candidates.map((members) => members.flatMap(take)).filter((track) => track.length > 0);
}

/** Names for tracks that came without; one that is known by its first SSRC keeps its name. */
export function nameTracks(
  endpoint: EndpointId,
  kind: MediaKind,
  announced: Announced,
  known: ReadonlyMap<Ssrc, SourceName>,
): readonly Source[] {
  const prefix = `${endpoint}-${kind === 'audio' ? 'a' : 'v'}`;
  const tracks = trackEncodings(announced);
  const kept = new Set(tracks.map((track) => keptName(track, known, prefix)));
  let number = 0;
  const nextName = (): SourceName => {
    while (kept.has(sourceName(`${prefix}${number}`))) number += 1;
    number += 1;
    return sourceName(`${prefix}${number - 1}`);
  };
  return tracks.map((encodings) => ({
    name: keptName(encodings, known, prefix) ?? nextName(),
    kind,
    encodings,
    videoType: encodings.some(({ ssrc }) => announced.screens.has(ssrc)) ? 'desktop' : 'camera',
    synthetic: false,
  }));
}

function keptName(
  [first]: readonly SourceEncoding[],
  known: ReadonlyMap<Ssrc, SourceName>,
  prefix: string,
): SourceName | undefined {
  const name = first && known.get(first.ssrc);
  return name?.startsWith(prefix) === true ? name : undefined;
}
