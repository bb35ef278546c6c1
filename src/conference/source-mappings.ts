import type { AudioMapping, VideoMapping } from './channel-messages.ts';
import type { Slot } from './source-maps.ts';

/** A slot as the client is told of it; nothing for one that has no holder. */
export function audioMapping(slot: Slot): AudioMapping[] {
  const { holder, ssrc, mid } = slot;
  if (!holder) return [];
  const { name: source, owner } = holder;
  return [{ source, owner, ssrc, ...(mid !== undefined && { mid }) }];
}

/** As `audioMapping`; clients build a track from the pair, so there is none without RTX. */
export function videoMapping(slot: Slot): VideoMapping[] {
  const { holder, rtx } = slot;
  const videoType = holder?.videoType;
  if (videoType === undefined || rtx === undefined) return [];
  return audioMapping(slot).map((mapping) => ({ ...mapping, rtx, videoType }));
}
