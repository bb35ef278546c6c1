import { type ChannelEvent, isRelayed } from './channel-messages.ts';
import type { Endpoint } from './endpoint.ts';
import type { ChannelCodec } from './ports.ts';

/** Sends one event to many, encoded once for those who speak as most do. */
export function broadcast(
  receivers: Iterable<Endpoint>,
  codec: ChannelCodec,
  event: ChannelEvent,
): void {
  let text: string | undefined;
  for (const { channel } of receivers) {
    if (!channel.carrier) continue;
    if (channel.codec !== codec) channel.send(event);
    else if ((text ??= codec.encode(event)) !== undefined)
      channel.sendEncoded(text, isRelayed(event));
  }
}
