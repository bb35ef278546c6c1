import type { Ssrc } from '../../model/ids.ts';
import type { SourceEncoding } from '../../model/source.ts';
import { limits } from './limits.ts';

/** An `<ssrc-group>` (RFC 5576 §4.2): `semantics` in upper case, the order of `ssrcs` matters. */
export type SsrcGroup = { readonly semantics: string; readonly ssrcs: readonly Ssrc[] };

/** Groups whose second member belongs to the first: retransmission and forward error correction. */
const pairSemantics: readonly string[] = ['FID', 'FEC-FR'];

/**
 * What a source's SSRCs are for (colibri2.md §6.3): the members of its first SIM group in ascending quality, or its
 * first SSRC that is nobody's partner; each with its RTX partner. Groups of fewer than two SSRCs and of unknown
 * semantics say nothing, further ungrouped SSRCs are no part of the source, and neither are members of groups that
 * are not among its own SSRCs: they may be another source's.
 */
export function sourceEncodings(
  ssrcs: readonly Ssrc[],
  groups: readonly SsrcGroup[],
): readonly SourceEncoding[] {
  const own = groups.map((group) => ownMembers(group, ssrcs));
  const pairs = own.filter(isPair);
  const partners = new Set(pairs.map((group) => group.ssrcs[1]));
  const simulcast = own.find((group) => group.semantics === 'SIM' && group.ssrcs.length > 0);
  const primaries = simulcast
    ? [...new Set(simulcast.ssrcs)].slice(0, limits.encodings)
    : ssrcs.filter((ssrc) => !partners.has(ssrc)).slice(0, 1);
  const taken = new Set(primaries);
  return primaries.map((ssrc) => {
    const pair = pairs.find((group) => group.semantics === 'FID' && group.ssrcs[0] === ssrc);
    const rtx = pair?.ssrcs[1];
    if (rtx === undefined || taken.has(rtx)) return { ssrc };
    taken.add(rtx);
    return { ssrc, rtx };
  });
}

/** The reverse: what is announced for these encodings, primaries first, as clients order them. */
export function announcedSsrcs(encodings: readonly SourceEncoding[]): {
  readonly ssrcs: readonly Ssrc[];
  readonly groups: readonly SsrcGroup[];
} {
  const primaries = encodings.map(({ ssrc }) => ssrc);
  const pairs = encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [] : [[ssrc, rtx]]));
  return {
    ssrcs: [...primaries, ...pairs.flatMap(([, rtx]) => rtx ?? [])],
    groups: [
      ...(primaries.length > 1 ? [{ semantics: 'SIM', ssrcs: primaries }] : []),
      ...pairs.map((ssrcs) => ({ semantics: 'FID', ssrcs })),
    ],
  };
}

function ownMembers({ semantics, ssrcs: members }: SsrcGroup, ssrcs: readonly Ssrc[]): SsrcGroup {
  return { semantics, ssrcs: members.filter((member) => ssrcs.includes(member)) };
}

function isPair({ semantics, ssrcs }: SsrcGroup): boolean {
  return pairSemantics.includes(semantics) && ssrcs.length >= 2;
}
