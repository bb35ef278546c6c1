import {
  headerExtensionUri,
  type MediaDescription,
  type PayloadType,
  type RtcpFeedback,
} from '../../../src/model/media-description.ts';

const videoFeedback: readonly RtcpFeedback[] = [
  { type: 'ccm', subtype: 'fir' },
  { type: 'nack' },
  { type: 'nack', subtype: 'pli' },
  { type: 'transport-cc' },
];

function video(id: number, name: string, parameters: Record<string, string> = {}): PayloadType {
  const feedback = name === 'rtx' ? [] : videoFeedback;
  return { id, name, clockRateHz: 90_000, channels: 1, parameters, feedback };
}

/** What Jicofo offers every client by default (colibri2.md §7). */
export const jicofoAudio: MediaDescription = {
  kind: 'audio',
  payloadTypes: [
    {
      id: 111,
      name: 'opus',
      clockRateHz: 48_000,
      channels: 2,
      parameters: { minptime: '10', useinbandfec: '1' },
      feedback: [{ type: 'transport-cc' }],
    },
    {
      id: 126,
      name: 'telephone-event',
      clockRateHz: 8000,
      channels: 1,
      parameters: {},
      feedback: [],
    },
  ],
  headerExtensions: [
    { id: 1, uri: headerExtensionUri.audioLevel },
    { id: 5, uri: headerExtensionUri.transportCc },
    { id: 10, uri: headerExtensionUri.mid },
  ],
  extmapAllowMixed: true,
};

export const jicofoVideo: MediaDescription = {
  kind: 'video',
  payloadTypes: [
    video(41, 'AV1'),
    video(100, 'VP8'),
    video(107, 'H264', {
      'profile-level-id': '42e01f;level-asymmetry-allowed=1;packetization-mode=1;',
    }),
    video(101, 'VP9'),
    video(42, 'rtx', { apt: '41' }),
    video(96, 'rtx', { apt: '100' }),
    video(97, 'rtx', { apt: '101' }),
    video(99, 'rtx', { apt: '107' }),
  ],
  headerExtensions: [
    { id: 3, uri: headerExtensionUri.absSendTime },
    { id: 5, uri: headerExtensionUri.transportCc },
    { id: 10, uri: headerExtensionUri.mid },
    { id: 11, uri: headerExtensionUri.dependencyDescriptor },
  ],
  extmapAllowMixed: true,
};

export const jicofoOffer: readonly MediaDescription[] = [jicofoAudio, jicofoVideo];
