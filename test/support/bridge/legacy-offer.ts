import {
  headerExtensionUri,
  type MediaDescription,
  type PayloadType,
} from '../../../src/model/media-description.ts';

const feedback = [
  { type: 'ccm', subtype: 'fir' },
  { type: 'nack' },
  { type: 'nack', subtype: 'pli' },
  { type: 'transport-cc' },
];

function video(id: number, name: string, parameters: Record<string, string> = {}): PayloadType {
  return { id, name, clockRateHz: 90_000, channels: 1, parameters, feedback };
}

const rtx = (id: number, apt: number): PayloadType => ({
  ...video(id, 'rtx', { apt: String(apt) }),
  feedback: [],
});

function audio(id: number, name: string, clockRateHz: number): PayloadType {
  return { id, name, clockRateHz, channels: 1, parameters: {}, feedback: [] };
}

/** What a Jicofo of August 2018 offers every client (colibri1.md §3.4). */
export const legacyOffer: readonly MediaDescription[] = [
  {
    kind: 'audio',
    payloadTypes: [
      {
        ...audio(111, 'opus', 48_000),
        channels: 2,
        parameters: { minptime: '10', useinbandfec: '1' },
        feedback: [{ type: 'transport-cc' }],
      },
      audio(103, 'ISAC', 16_000),
      audio(104, 'ISAC', 32_000),
      audio(126, 'telephone-event', 8_000),
    ],
    headerExtensions: [{ id: 1, uri: headerExtensionUri.audioLevel }],
    extmapAllowMixed: false,
  },
  {
    kind: 'video',
    payloadTypes: [
      video(100, 'VP8'),
      video(107, 'H264'),
      video(101, 'VP9'),
      rtx(96, 100),
      rtx(99, 107),
      rtx(97, 101),
    ],
    headerExtensions: [
      { id: 3, uri: headerExtensionUri.absSendTime },
      { id: 4, uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id' },
      { id: 5, uri: headerExtensionUri.transportCc },
    ],
    extmapAllowMixed: false,
  },
];
