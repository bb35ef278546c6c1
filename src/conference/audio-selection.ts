import type { AudioSubscription } from '../model/audio-subscription.ts';
import type { EndpointId } from '../model/ids.ts';
import type { ForwardableAudio } from './forwardable.ts';

/**
 * The audio one receiver is sent (bridge-channel.md §2.14): what it excluded never, what it named always,
 * synthetic voices only then, and ordinary microphones while they are audible. Never its own.
 */
export function selectAudio(
  audio: readonly ForwardableAudio[],
  subscription: AudioSubscription,
  receiver: EndpointId,
): ForwardableAudio[] {
  return audio.filter((source) => {
    if (source.owner === receiver || subscription.exclude.has(source.name)) return false;
    if (subscription.include.has(source.name)) return true;
    return subscription.all && !source.synthetic && source.audible;
  });
}
