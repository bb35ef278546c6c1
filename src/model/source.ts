import type { SourceName, Ssrc } from './ids.ts';
import type { MediaKind } from './media-description.ts';

/** What a video source shows; `none` and `disabled` mean that nothing is sent (bridge-channel.md §2.12). */
export type VideoType = (typeof videoTypes)[number];

export const videoTypes = ['camera', 'desktop', 'desktop_high_fps', 'disabled', 'none'] as const;

/** Whether a source of this type sends anything. */
export function isVideoEnabled(type: VideoType): boolean {
  return type !== 'none' && type !== 'disabled';
}

/** One RTP stream of a source and, where signalled, its retransmission stream (RFC 4588). */
export type SourceEncoding = { readonly ssrc: Ssrc; readonly rtx?: Ssrc };

/**
 * A track an endpoint announced. `encodings` are in ascending quality: the members of the SIM group, or the one
 * SSRC there is; the first one's SSRC is the primary SSRC, which names the source to clients without SSRC
 * rewriting (colibri2.md §6). A source may be announced without any SSRC.
 */
export type Source = {
  readonly name: SourceName;
  readonly kind: MediaKind;
  readonly encodings: readonly SourceEncoding[];
  /** Start value for video; the bridge channel changes it later. */
  readonly videoType: VideoType;
  /** Made by a server (translation): only for receivers that subscribed to it by name. */
  readonly synthetic: boolean;
};
