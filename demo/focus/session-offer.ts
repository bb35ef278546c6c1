import type { SessionOffer } from '../signal-messages.ts';
import { BridgeError } from './bridge-client.ts';
import { feedbackSsrcs, type ConferenceModified } from './colibri-response.ts';
import { offeredMedia } from './offer.ts';
import type { Participant } from './participant.ts';

/**
 * Makes `session-initiate` of the bridge's answer to an endpoint creation and notes where the channel is.
 * @throws BridgeError when the answer lacks what Jicofo insists on (colibri2.md §5.2).
 */
export function sessionOffer(
  participant: Participant,
  others: readonly Participant[],
  response: ConferenceModified,
): SessionOffer {
  const description = response.endpoints.find(({ id }) => id === participant.id)?.transport;
  const transport = description?.transport;
  if (!description || !transport) {
    throw new BridgeError('refused', 'the bridge answered without a transport');
  }
  if (participant.dataChannel && !description.sctp) {
    throw new BridgeError('refused', 'the bridge did not prepare the data channel');
  }
  const feedback = feedbackSsrcs(response);
  [participant.webSocketUrl] = transport['web-sockets'];
  return {
    session: participant.session,
    transport: {
      ufrag: transport.ufrag,
      pwd: transport.pwd,
      candidates: transport.candidates,
      fingerprints: transport.fingerprints,
    },
    media: offeredMedia,
    dataChannel: participant.dataChannel,
    ...(participant.webSocketUrl !== undefined && {
      webSocketPath: pathOf(participant.webSocketUrl),
    }),
    feedbackSsrcs: { audio: feedback.get('audio') ?? 0, video: feedback.get('video') ?? 0 },
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
