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

/** Why a source cannot be taken; `passes`: another has what it needs, and may give it back. */
export type SourceFault = { readonly reason: string; readonly passes: boolean };

/**
 * The sources of a set that can be taken; the others are left out and named to `onLeftOut`. A client writes what
 * is wrong with them and the focus only passes it on; to refuse the request would cost everybody on this bridge the
 * call, since Jicofo leaves a bridge that refuses an update (colibri2.md §5.3, §6.1).
 */
export function takeableSources(
  sources: readonly Source[],
  taken: TakenIdentifiers,
  onLeftOut: (source: Source, fault: SourceFault) => void,
): readonly Source[] {
  const { owner, otherEndpoints } = taken;
  const names = new Set(taken.names);
  const ssrcs = new Set(taken.ssrcs);
  const takeable: Source[] = [];
  for (const source of sources) {
    const fault =
      takeable.length >= limits.sourcesPerEndpoint
        ? lasting(`more than ${limits.sourcesPerEndpoint} sources`)
        : faultOf(source, { owner, otherEndpoints, names, ssrcs });
    if (fault) {
      onLeftOut(source, fault);
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

function faultOf(source: Source, taken: TakenIdentifiers): SourceFault | undefined {
  const { owner, otherEndpoints, names, ssrcs } = taken;
  const { name, encodings } = source;
  if (name.length > limits.sourceNameLength) return lasting('its name is too long');
  if (encodings.length > limits.encodingsPerSource) {
    return lasting(`more than ${limits.encodingsPerSource} encodings`);
  }
  const own = ssrcsOf(source);
  if (new Set(own).size < own.length) return lasting('it names an SSRC twice');
  if (isNameOfAnother(name, owner, otherEndpoints))
    return passing("its name begins with another endpoint's id");
  if (names.has(name)) return passing('its name is in use');
  const used = own.find((each) => ssrcs.has(each));
  return used === undefined ? undefined : passing(`SSRC ${used} is in use`);
}

const lasting = (reason: string): SourceFault => ({ reason, passes: false });
const passing = (reason: string): SourceFault => ({ reason, passes: true });

/** Every SSRC a source is sent on, retransmission included. */
export function ssrcsOf(source: Source): Ssrc[] {
  return source.encodings.flatMap(({ ssrc, rtx }) => (rtx === undefined ? [ssrc] : [ssrc, rtx]));
}
