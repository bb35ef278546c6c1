import type { MediaKind } from '../../src/model/media-description.ts';
import type { ConferenceModified } from '../../src/protocol/colibri2/conference-modified.ts';
import type { SessionOffer } from '../signal-messages.ts';
import { BridgeError } from './bridge.ts';
import { offeredMedia } from './offer.ts';
import type { Participant } from './participant.ts';

/**
 * Makes `session-initiate` of the bridge's answer to an endpoint creation and notes where the channel is.
 * @throws BridgeError when the answer lacks what Jicofo insists on (colibri2.md §5.2).
 */
export function sessionOffer(
  participant: Participant,
  others: readonly Participant[],
  answer: ConferenceModified,
): SessionOffer {
  const description = answer.endpoints.find(({ id }) => id === participant.id)?.transport;
  const ice = description?.ice;
  if (!ice?.credentials) {
    throw new BridgeError('refused', 'the bridge answered without a transport');
  }
  if (participant.dataChannel && !description?.sctp) {
    throw new BridgeError('refused', 'the bridge did not prepare the data channel');
  }
  const feedbackSsrc = (kind: MediaKind): number =>
    answer.sources?.find((source) => source.kind === kind)?.encodings[0]?.ssrc ?? 0;
  [participant.webSocketUrl] = ice.webSocketUrls;
  return {
    session: participant.session,
    transport: {
      ...ice.credentials,
      candidates: ice.candidates,
      fingerprints: ice.fingerprints,
    },
    media: offeredMedia,
    dataChannel: participant.dataChannel,
    ...(participant.webSocketUrl !== undefined && {
      webSocketPath: pathOf(participant.webSocketUrl),
    }),
    feedbackSsrcs: { audio: feedbackSsrc('audio'), video: feedbackSsrc('video') },
    sources: participant.ssrcRewriting
      ? []
      : others.flatMap(({ id, sources }) =>
          [...sources.values()].map((source) => ({ owner: id, source })),
        ),
  };
}

/** The page reaches the bridge channel through the focus, which is its own origin (`bridge-channel-proxy.ts`). */
export function pathOf(webSocketUrl: string): string {
  const { pathname, search } = new URL(webSocketUrl);
  return pathname + search;
}
