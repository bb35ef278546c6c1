import { ok } from '../base/result.ts';
import type { ChannelEvent } from '../conference/channel-messages.ts';
import type { ChannelCodec } from '../conference/ports.ts';
import { encodeBridgeMessage } from '../protocol/channel/bridge-message.ts';
import { decodeClientMessage } from '../protocol/channel/client-message.ts';
import { channelCommand } from './channel-command.ts';
import { bridgeMessage } from './channel-event.ts';

/** Bridge-channel text ⇄ what the conference understands. */
export const channelCodec = {
  decode: (text: string) => {
    const message = decodeClientMessage(text);
    return message.ok ? ok(channelCommand(message.value)) : message;
  },
  encode: (event: ChannelEvent) => encodeBridgeMessage(bridgeMessage(event)),
} satisfies ChannelCodec;
