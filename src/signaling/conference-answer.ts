import { withoutUndefined } from '../base/without-undefined.ts';
import type { ConferenceOutcome, EndpointOutcome } from '../conference/commands.ts';
import { sourceName, type Ssrc } from '../model/ids.ts';
import type { MediaKind } from '../model/media-description.ts';
import type { Source } from '../model/source.ts';
import type {
  ConferenceModified,
  EndpointModified,
} from '../protocol/colibri2/conference-modified.ts';
import { sctpPort } from './endpoint-command.ts';

/** The answer to a request that was done (colibri2.md §3.6). */
export function conferenceAnswer(outcome: ConferenceOutcome): ConferenceModified {
  const { endpoints, feedbackSsrcs } = outcome;
  return withoutUndefined({
    endpoints: endpoints.map(endpointAnswer),
    sources: feedbackSsrcs && [
      feedbackSource('jvb-a0', 'audio', feedbackSsrcs.audio),
      feedbackSource('jvb-v0', 'video', feedbackSsrcs.video),
    ],
  });
}

function endpointAnswer(outcome: EndpointOutcome): EndpointModified {
  const { id, expired, transport, sctp, webSocketUrls } = outcome;
  if (!transport) return { id, expire: expired };
  const { ufrag, pwd, candidates, fingerprints, iceGeneration } = transport;
  return {
    id,
    expire: expired,
    transport: withoutUndefined({
      ice: withoutUndefined({
        credentials: { ufrag, pwd },
        candidates,
        fingerprints,
        iceGeneration,
        webSocketUrls,
      }),
      sctp: sctp ? ({ port: sctpPort, role: 'server' } as const) : undefined,
    }),
  };
}

function feedbackSource(name: string, kind: MediaKind, ssrc: Ssrc): Source {
  return {
    name: sourceName(name),
    kind,
    encodings: [{ ssrc }],
    videoType: 'camera',
    synthetic: false,
  };
}
