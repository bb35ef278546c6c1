import type { EndpointId } from '../model/ids.ts';
import type { VideoType } from '../model/source.ts';
import type { Endpoint } from './endpoint.ts';
import type { SourceState } from './endpoint-sources.ts';
import type { ForwardableAudio, ForwardableVideo, ForwardingView } from './forwardable.ts';

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
        video.push({
          ...common,
          videoType: typeNow(state, endpoint),
          layers: state.layers,
          forceMuted: endpoint.forceMute.video,
          codec: state.codec,
          codecChangedMs: state.codecChangedMs,
        });
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
