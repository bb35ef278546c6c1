import { boolean, count, interval, text, textList } from '../reader.ts';
import { obeyed, optional, unsupported } from '../setting.ts';

/** The bridge channel: WebSockets and SCTP. */
export const channelSettings = {
  'videobridge.websockets.enabled': obeyed(
    boolean,
    false,
    'Serve and advertise colibri-ws; needs the public HTTP server.',
  ),
  'videobridge.websockets.domains': obeyed(
    textList,
    [],
    'host[:port] under which clients reach the public server; one URL is advertised for each.',
  ),
  'videobridge.websockets.domain': optional(text, 'One more domain, put first.'),
  'videobridge.websockets.server-id': obeyed(
    text,
    'default-id',
    'Path element of the URL by which a proxy in front finds this bridge.',
  ),
  'videobridge.websockets.tls': optional(
    boolean,
    'Advertise wss instead of ws; unset = as the public server speaks.',
  ),
  'videobridge.websockets.enable-compression': obeyed(boolean, true, 'Offer permessage-deflate.'),
  'videobridge.websockets.send-keepalive-pings': obeyed(boolean, true, 'Ping idle sockets.'),
  'videobridge.websockets.keepalive-ping-interval': obeyed(interval, '15 seconds', 'How often.'),
  'videobridge.websockets.idle-timeout': obeyed(
    interval,
    '60 seconds',
    'Close a socket that has been silent for so long.',
  ),
  'videobridge.websockets.relay-domains': unsupported(
    textList,
    [],
    'There are no connections between bridges yet.',
  ),
  'videobridge.websockets.relay-domain': unsupported(
    text,
    undefined,
    'There are no connections between bridges yet.',
  ),
  'videobridge.sctp.enabled': obeyed(boolean, true, 'Offer SCTP data channels.'),
  'videobridge.sctp.max-channels': unsupported(count, 1, 'A client may open one data channel.'),
} as const;
