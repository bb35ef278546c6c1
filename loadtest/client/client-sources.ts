import { sourceName, ssrc } from '../../src/model/ids.ts';
import type { Source } from '../../src/model/source.ts';
import { type ClientSpec, endpointOf } from './client-spec.ts';

const SSRCS_PER_CLIENT = 16;

/** The SSRCs a participant sends on: its number decides them, so that they never clash within a run. */
export function ssrcsOf(participant: number): {
  readonly audio: number;
  /** One for each simulcast encoding, lowest first. */
  readonly video: readonly { readonly ssrc: number; readonly rtx: number }[];
  /** Sends the receiver's reports. */
  readonly feedback: number;
} {
  const base = 0x1000_0000 + (participant % 0x0400_0000) * SSRCS_PER_CLIENT;
  const encodings = [2, 3, 4].map((at) => ({ ssrc: base + at, rtx: base + at + 4 }));
  return { audio: base + 1, video: encodings, feedback: base + 9 };
}

/** What a participant announces; three encodings whatever the codec, as the Jitsi client does. */
export function sourcesOf({ participant, audio, video }: ClientSpec): readonly Source[] {
  const ssrcs = ssrcsOf(participant);
  const owner = endpointOf(participant);
  const sources: Source[] = [];
  if (audio !== 'none') {
    sources.push({
      name: sourceName(`${owner}-a0`),
      kind: 'audio',
      encodings: [{ ssrc: ssrc(ssrcs.audio) }],
      videoType: 'none',
      synthetic: false,
    });
  }
  if (video !== undefined) {
    sources.push({
      name: sourceName(`${owner}-v0`),
      kind: 'video',
      encodings: ssrcs.video.map((encoding) => ({
        ssrc: ssrc(encoding.ssrc),
        rtx: ssrc(encoding.rtx),
      })),
      videoType: 'camera',
      synthetic: false,
    });
  }
  return sources;
}
