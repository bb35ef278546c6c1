// RTP parameters with Jicofo's payload types and header extension ids (colibri2.md §7), for tests that talk to the worker itself.
import type { types } from 'mediasoup';

export const payloadType = { opus: 111, vp8: 100, vp8Rtx: 96, av1: 41, av1Rtx: 42 } as const;

export const extensionId = {
  audioLevel: 1,
  absSendTime: 3,
  transportCc: 5,
  mid: 10,
  dependencyDescriptor: 11,
} as const;

const uris: Record<keyof typeof extensionId, types.RtpHeaderExtensionUri> = {
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  absSendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportCc: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  dependencyDescriptor:
    'https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension',
};

export type StreamOptions = {
  readonly ssrc: number;
  readonly rtx?: number;
  readonly extensions?: readonly (keyof typeof extensionId)[];
  readonly mid?: string;
  /** What the worker sends RTCP or probation packets with (docs/worker.md). */
  readonly feedbackSsrc?: number;
  readonly feedback?: readonly types.RtcpFeedback[];
};

export type VideoOptions = StreamOptions & {
  readonly codec?: 'VP8' | 'AV1';
  /** Further encodings of simulcast, above the first one. */
  readonly higher?: readonly { readonly ssrc: number; readonly rtx?: number }[];
  readonly scalabilityMode?: string;
};

const videoFeedback: readonly types.RtcpFeedback[] = [
  { type: 'nack' },
  { type: 'nack', parameter: 'pli' },
];

export const transportCc: types.RtcpFeedback = { type: 'transport-cc' };

export function audioParameters(options: StreamOptions): types.RtpParameters {
  return {
    ...midOf(options),
    codecs: [
      {
        mimeType: 'audio/opus',
        payloadType: payloadType.opus,
        clockRate: 48_000,
        channels: 2,
        parameters: feedbackSsrcOf(options),
        rtcpFeedback: [...(options.feedback ?? [])],
      },
    ],
    headerExtensions: extensionsOf(options),
    encodings: [{ ssrc: options.ssrc }],
    rtcp: {},
  };
}

export function videoParameters(options: VideoOptions): types.RtpParameters {
  const isAv1 = options.codec === 'AV1';
  const media = isAv1 ? payloadType.av1 : payloadType.vp8;
  const mode = options.scalabilityMode;
  return {
    ...midOf(options),
    codecs: [
      {
        mimeType: isAv1 ? 'video/AV1' : 'video/VP8',
        payloadType: media,
        clockRate: 90_000,
        parameters: feedbackSsrcOf(options),
        rtcpFeedback: [...videoFeedback, ...(options.feedback ?? [])],
      },
      {
        mimeType: 'video/rtx',
        payloadType: isAv1 ? payloadType.av1Rtx : payloadType.vp8Rtx,
        clockRate: 90_000,
        parameters: { apt: media },
      },
    ],
    headerExtensions: extensionsOf(options),
    encodings: [options, ...(options.higher ?? [])].map(({ ssrc, rtx }) => ({
      ssrc,
      ...(rtx !== undefined && { rtx: { ssrc: rtx } }),
      ...(mode !== undefined && { scalabilityMode: mode }),
    })),
    rtcp: {},
  };
}

function midOf({ mid }: StreamOptions): { mid?: string } {
  return mid === undefined ? {} : { mid };
}

function feedbackSsrcOf({ feedbackSsrc }: StreamOptions): Record<string, number> {
  return feedbackSsrc === undefined ? {} : { 'x-feedback-ssrc': feedbackSsrc };
}

function extensionsOf({ extensions = [] }: StreamOptions): types.RtpHeaderExtensionParameters[] {
  return extensions.map((name) => ({ uri: uris[name], id: extensionId[name], parameters: {} }));
}
