import type { ChannelEvent } from './channel-messages.ts';
import type { Endpoint } from './endpoint.ts';
import type { ChannelCodec } from './ports.ts';

/** Sends one event to many, encoded once. */
export function broadcast(
  receivers: Iterable<Endpoint>,
  codec: ChannelCodec,
  event: ChannelEvent,
): void {
  let text: string | undefined;
  for (const { channel } of receivers) {
    if (channel.carrier) channel.sendEncoded((text ??= codec.encode(event)));
  }
}
