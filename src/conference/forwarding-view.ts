import type { AllocatableSource } from '../allocation/allocation.ts';
import type { EndpointId, SourceName } from '../model/ids.ts';
import type { SourceEncoding, VideoType } from '../model/source.ts';
import type { Endpoint } from './endpoint.ts';
import type { SourceState } from './endpoint-sources.ts';

/** A video source with an SSRC: what allocation sees of it, and the stream that names it. */
export type ForwardableVideo = AllocatableSource & { readonly primary: SourceEncoding };

/** A microphone, or a synthetic voice, that has sent something. */
export type ForwardableAudio = {
  readonly name: SourceName;
  readonly owner: EndpointId;
  readonly primary: SourceEncoding;
  readonly synthetic: boolean;
  /** Sent to whoever does not object: the conference is small, or its owner was heard of late. */
  readonly audible: boolean;
};

/** Everything a conference could forward at one instant, owners by speech activity. */
export type ForwardingView = {
  readonly video: readonly ForwardableVideo[];
  readonly videoByName: ReadonlyMap<SourceName, ForwardableVideo>;
  readonly audio: readonly ForwardableAudio[];
};

/** @param heard whose microphones go out unasked; undefined = everybody's. */
export function forwardingView(
  endpoints: readonly Endpoint[],
  heard: ReadonlySet<EndpointId> | undefined,
): ForwardingView {
  const video: ForwardableVideo[] = [];
  const audio: ForwardableAudio[] = [];
  for (const endpoint of endpoints) {
    for (const state of endpoint.sources.all()) {
      const primary = state.source.encodings[0];
      if (!primary || state.refusedBecause !== undefined) continue;
      const common = { name: state.source.name, owner: endpoint.id, primary };
      if (state.source.kind === 'video') {
        video.push({ ...common, videoType: typeNow(state, endpoint), layers: state.layers });
      } else if (state.codec !== undefined && !endpoint.forceMute.audio) {
        const { synthetic } = state.source;
        audio.push({ ...common, synthetic, audible: heard?.has(endpoint.id) ?? true });
      }
    }
  }
  return { video, videoByName: new Map(video.map((source) => [source.name, source])), audio };
}

/** Force-muted video is dropped where it arrives, so nobody is to expect it. */
function typeNow(state: SourceState, endpoint: Endpoint): VideoType {
  return endpoint.forceMute.video ? 'none' : state.videoType;
}
