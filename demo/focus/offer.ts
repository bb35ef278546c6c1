// What Jicofo offers with its default configuration (colibri2.md §7): payload types, feedback and header
// extensions are the same for every client of a deployment.
import {
  headerExtensionUri,
  type MediaDescription,
  type PayloadType,
  type RtcpFeedback,
} from '../../src/model/media-description.ts';

const videoFeedback: readonly RtcpFeedback[] = [
  { type: 'ccm', subtype: 'fir' },
  { type: 'nack' },
  { type: 'nack', subtype: 'pli' },
];
const withTransportCc = [...videoFeedback, { type: 'transport-cc' }];

function video(id: number, name: string, parameters: Record<string, string> = {}): PayloadType {
  return { id, name, clockRateHz: 90_000, channels: 1, parameters, feedback: withTransportCc };
}

/** Jicofo lists feedback with every RTX payload type but H264's (colibri2.md §7.2). */
function rtx(id: number, apt: number, feedback = videoFeedback): PayloadType {
  return {
    id,
    name: 'rtx',
    clockRateHz: 90_000,
    channels: 1,
    parameters: { apt: String(apt) },
    feedback,
  };
}

const audio: MediaDescription = {
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
      clockRateHz: 8_000,
      channels: 1,
      parameters: {},
      feedback: [],
    },
  ],
  headerExtensions: [
    { id: 1, uri: headerExtensionUri.audioLevel },
    { id: 10, uri: headerExtensionUri.mid },
    { id: 5, uri: headerExtensionUri.transportCc },
  ],
  extmapAllowMixed: true,
};

const videoDescription: MediaDescription = {
  kind: 'video',
  payloadTypes: [
    video(41, 'AV1'),
    video(100, 'VP8'),
    video(107, 'H264', {
      // One parameter whose value holds the rest: Jicofo's spelling.
      'profile-level-id': '42e01f;level-asymmetry-allowed=1;packetization-mode=1;',
    }),
    video(101, 'VP9'),
    rtx(42, 41),
    rtx(96, 100),
    rtx(97, 101),
    rtx(99, 107, []),
  ],
  headerExtensions: [
    { id: 11, uri: headerExtensionUri.dependencyDescriptor },
    { id: 10, uri: headerExtensionUri.mid },
    { id: 3, uri: headerExtensionUri.absSendTime },
    { id: 5, uri: headerExtensionUri.transportCc },
  ],
  extmapAllowMixed: true,
};

/** Offered to every participant, before it answered. */
export const offeredMedia: readonly MediaDescription[] = [audio, videoDescription];
