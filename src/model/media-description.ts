export type MediaKind = 'audio' | 'video';

/** An RTCP feedback type a payload type was offered with (RFC 4585): `nack` / `pli`, `transport-cc` / undefined. */
export type RtcpFeedback = { readonly type: string; readonly subtype?: string };

/**
 * One RTP payload type as the focus offers it. Numbers are the same for every client of a deployment and are
 * never translated. `name` keeps the focus's spelling; compare it without regard to case.
 */
export type PayloadType = {
  readonly id: number;
  readonly name: string;
  readonly clockRateHz: number;
  readonly channels: number;
  /** fmtp parameters; nameless ones (RED's `111/111`) have the key ''. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly feedback: readonly RtcpFeedback[];
};

/** An RTP header extension: id 1 to 255 (above 14 needs two-byte headers) and its URI (RFC 8285). */
export type HeaderExtension = { readonly id: number; readonly uri: string };

/** What the focus offers a client for one kind of media (colibri2 `<media>`). */
export type MediaDescription = {
  readonly kind: MediaKind;
  readonly payloadTypes: readonly PayloadType[];
  readonly headerExtensions: readonly HeaderExtension[];
  readonly extmapAllowMixed: boolean;
};

/** The URIs the bridge knows (colibri2.md §7.3). */
export const headerExtensionUri = {
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  dependencyDescriptor:
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
  videoOrientation: 'urn:3gpp:video-orientation',
  videoLayersAllocation: 'http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00',
} as const;
