import type { ClientSpec } from '../client/client-spec.ts';
import { payloadTypeOf } from '../client/payload-types.ts';
import { ControlError, type Invitation } from './control-path.ts';

/** @throws ControlError when the client could make nothing of what it is invited with */
export function checkUsable(
  { channel, audio, video }: ClientSpec,
  { webSocketUrl, media }: Pick<Invitation, 'webSocketUrl' | 'media'>,
): void {
  if (channel === 'websocket' && webSocketUrl === undefined) {
    throw new ControlError(
      'the bridge offers no channel over WebSocket (its videobridge.websockets.enabled): choose --channel sctp',
    );
  }
  if (audio !== 'none' && !payloadTypeOf(media, 'opus')) {
    throw new ControlError('opus was not offered');
  }
  if (video !== undefined && !payloadTypeOf(media, video)) {
    throw new ControlError(`${video} was not offered: choose another --codec`);
  }
}
