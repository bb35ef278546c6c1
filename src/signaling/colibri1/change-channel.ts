import type { MediaKind } from '../../model/media-description.ts';
import type { Channel } from '../../protocol/colibri1/conference.ts';
import type { AllocatedHandle, Announced } from './conference-table.ts';
import type { Draft } from './draft.ts';

/** Takes over what a request says of an RTP channel (colibri1.md §2.4, rows 7 to 12). */
export function changeChannel(
  draft: Draft,
  handle: AllocatedHandle,
  item: Channel,
): AllocatedHandle {
  const change = draft.changeOf(handle.endpoint);
  const { direction, lastN = handle.lastN } = item;
  const media = describedMedia(handle.media, item);
  const announced = announcement(handle.announced, item);
  if (media !== handle.media) change.described.add(handle.kind as MediaKind);
  if (announced !== handle.announced) change.sourcesChanged = true;
  if (direction !== handle.direction) change.directionChanged = true;
  if (handle.kind === 'video' && item.lastN !== undefined) change.lastN = item.lastN;
  return { ...handle, direction, lastN, media, announced };
}

/** A list that is not empty replaces the former one. */
function describedMedia(former: AllocatedHandle['media'], item: Channel): AllocatedHandle['media'] {
  const { payloadTypes, headerExtensions } = item;
  if (payloadTypes.length === 0 && headerExtensions.length === 0) return former;
  return {
    payloadTypes: payloadTypes.length > 0 ? payloadTypes : former.payloadTypes,
    headerExtensions: headerExtensions.length > 0 ? headerExtensions : former.headerExtensions,
  };
}

/** Row 12: sources and groups together are the complete new description, unless both are absent. */
function announcement(former: Announced, { sources, groups }: Channel): Announced {
  if (sources.length === 0 && groups.length === 0) return former;
  const kept = groups.filter(({ ssrcs }) => ssrcs.length > 0);
  if (sources.length === 0) return { ...former, groups: kept };
  const named = sources.filter(({ ssrc }) => ssrc !== undefined);
  return {
    ssrcs: named.flatMap(({ ssrc }) => ssrc ?? []),
    groups: kept,
    screens: new Set(named.filter(({ screen }) => screen).flatMap(({ ssrc }) => ssrc ?? [])),
  };
}
