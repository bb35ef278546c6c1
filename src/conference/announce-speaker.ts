import type { EndpointId } from '../model/ids.ts';
import { broadcast } from './broadcast.ts';
import type { ChannelEvent } from './channel-messages.ts';
import type { Endpoint } from './endpoint.ts';
import type { ChannelCodec } from './ports.ts';
import type { Speakers } from './speakers.ts';

export type SpeakerAudience = {
  readonly endpoints: ReadonlyMap<EndpointId, Endpoint>;
  readonly speakers: Speakers;
  readonly codec: ChannelCodec;
};

/** Tells everybody who speaks, or that nobody does (bridge-channel.md §2.7). */
export function announceSpeaker({ endpoints, speakers, codec }: SpeakerAudience): void {
  const event = dominantSpeakerEvent(speakers);
  if (event) broadcast(endpoints.values(), codec, event);
}

/** undefined = nobody has spoken yet. */
export function dominantSpeakerEvent(speakers: Speakers): ChannelEvent | undefined {
  const { dominant, previous, silent } = speakers;
  return dominant && { type: 'dominant-speaker', endpointId: dominant, previous, silence: silent };
}
