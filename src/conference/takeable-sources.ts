import type { EndpointId, SourceName, Ssrc } from '../model/ids.ts';
import type { Source } from '../model/source.ts';
import { limits } from './conference-config.ts';

/** What the rest of the conference uses already. */
export type TakenIdentifiers = {
  /** Whose sources are looked at. */
  readonly owner: EndpointId;
  readonly otherEndpoints: readonly EndpointId[];
  readonly names: ReadonlySet<SourceName>;
  readonly ssrcs: ReadonlySet<Ssrc>;
};

/**
 * The sources of a set that can be taken; the others are left out and named to `onLeftOut`. A client writes what
 * is wrong with them and the focus only passes it on; to refuse the request would cost everybody on this bridge the
 * call, since Jicofo leaves a bridge that refuses an update (colibri2.md §5.3, §6.1).
 */
export function takeableSources(
  sources: readonly Source[],
  taken: TakenIdentifiers,
  onLeftOut: (source: Source, reason: string) => void,
): readonly Source[] {
  const { owner, otherEndpoints } = taken;
  const names = new Set(taken.names);
  const ssrcs = new Set(taken.ssrcs);
  const takeable: Source[] = [];
  for (const source of sources) {
    const reason =
      takeable.length >= limits.sourcesPerEndpoint
        ? `more than ${limits.sourcesPerEndpoint} sources`
        : faultOf(source, { owner, otherEndpoints, names, ssrcs });
    if (reason !== undefined) {
      onLeftOut(source, reason);
      continue;
    }
    names.add(source.name);
    for (const each of ssrcsOf(source)) ssrcs.add(each);
    takeable.push(source);
  }
  return takeable;
}

/**
 * Whether a source's name is kept for another endpoint of `others`. Clients begin their sources' names with their
 * endpoint id, Jicofo names what has no name so, and checks none; a name of an endpoint that is long gone is nobody's: a
 * client that changes rooms may bring it along.
 */
export function isNameOfAnother(
  name: SourceName,
  owner: EndpointId,
  others: readonly EndpointId[],
): boolean {
  const own = name.startsWith(`${owner}-`) ? owner.length : 0;
  return others.some((other) => other.length > own && name.startsWith(`${other}-`));
}

function faultOf(source: Source, taken: TakenIdentifiers): string | undefined {
  const { owner, otherEndpoints, names, ssrcs } = taken;
  const { name, encodings } = source;
  if (name.length > limits.sourceNameLength) return 'its name is too long';
  if (isNameOfAnother(name, owner, otherEndpoints))
    return "its name begins with another endpoint's id";
  if (names.has(name)) return 'its name is in use';
  if (encodings.length > limits.encodingsPerSource) {
    return `more than ${limits.encodingsPerSource} encodings`;
  }
  const own = ssrcsOf(source);
  if (new Set(own).size < own.length) return 'it names an SSRC twice';
  const used = own.find((each) => ssrcs.has(each));
  return used === undefined ? undefined : `SSRC ${used} is in use`;
}

/** Every SSRC a source is sent on, retransmission included. */
export function ssrcsOf(source: Source): Ssrc[] {
  return source.encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [ssrc] : [ssrc, rtx]));
}
