import { counter, type Metric } from '../metric.ts';

/** Endpoints, transports and channel messages since the start. */
export const totalsMetrics: readonly Metric[] = [
  counter(
    { key: 'total_participants', name: 'endpoints' },
    'Endpoints created',
    (s) => s.conferences.totals.participants,
  ),
  counter(
    { key: 'total_visitors', name: 'visitors' },
    'Visitors created',
    (s) => s.conferences.totals.visitors,
  ),
  counter(
    { key: 'endpoints_disconnected', name: 'endpoints_disconnected' },
    'Times an endpoint was declared inactive',
    (s) => s.conferences.totals.endpointsDisconnected,
  ),
  counter(
    { key: 'endpoints_reconnected', name: 'endpoints_reconnected' },
    'Times an inactive endpoint came back',
    (s) => s.conferences.totals.endpointsReconnected,
  ),
  counter(
    {
      key: 'num_eps_no_msg_transport_after_delay',
      name: 'endpoints_no_message_transport_after_delay',
    },
    'Endpoints without a bridge channel 30 s after it was expected',
    (s) => s.conferences.totals.endpointsWithoutChannel,
  ),
  counter(
    { key: 'endpoints_ice_failed', name: 'endpoints_ice_failed' },
    'Endpoints whose ICE failed',
    (s) => s.conferences.totals.iceFailed,
  ),
  counter(
    { key: 'dtls_failed_endpoints', name: 'endpoints_dtls_failed' },
    'Endpoints whose ICE worked and DTLS did not',
    (s) => s.conferences.totals.dtlsFailed,
  ),
  counter(
    { key: 'total_ice_succeeded', name: 'ice_succeeded' },
    'Transports that connected',
    (s) => s.conferences.totals.iceSucceeded,
  ),
  counter(
    { key: 'total_ice_succeeded_relayed', name: 'ice_succeeded_relayed' },
    'Transports that connected from an address the client signalled as that of its TURN server',
    (s) => s.media.iceSucceededRelayed,
  ),
  counter(
    { key: 'total_ice_failed', name: 'ice_failed' },
    'Transports that failed',
    (s) => s.conferences.totals.iceFailed,
  ),
  counter(
    { key: 'total_data_channel_messages_received', name: 'data_channel_messages_received' },
    'Bridge-channel messages over SCTP, in',
    (s) => s.conferences.totals.dataChannelMessagesReceived,
  ),
  counter(
    { key: 'total_data_channel_messages_sent', name: 'data_channel_messages_sent' },
    'Bridge-channel messages over SCTP, out',
    (s) => s.conferences.totals.dataChannelMessagesSent,
  ),
  counter(
    {
      key: 'total_colibri_web_socket_messages_received',
      name: 'colibri_web_socket_messages_received',
    },
    'Bridge-channel messages over WebSocket, in',
    (s) => s.conferences.totals.webSocketMessagesReceived,
  ),
  counter(
    { key: 'total_colibri_web_socket_messages_sent', name: 'colibri_web_socket_messages_sent' },
    'Bridge-channel messages over WebSocket, out',
    (s) => s.conferences.totals.webSocketMessagesSent,
  ),
  counter(
    { name: 'rejected_data_channels' },
    'Data channels beyond the one an endpoint has',
    (s) => s.media.rejectedDataChannels,
  ),
  counter(
    { name: 'colibri_web_socket_close_normal' },
    'Bridge channels closed by either side with 1000 or 1001',
    (s) => s.channels.closedNormally,
  ),
  counter(
    { name: 'colibri_web_socket_close_abnormal' },
    'Bridge channels that ended in another way',
    (s) => s.channels.closedAbnormally,
  ),
  counter(
    { name: 'colibri_web_socket_error' },
    'Bridge channels that broke: bad frames, socket errors',
    (s) => s.channels.errors,
  ),
  counter(
    { name: 'endpoint_receive_message_queue_dropped_packets' },
    'Bridge-channel messages dropped because the client sent too many',
    (s) => s.conferences.totals.channelMessagesDropped,
  ),
  counter(
    { name: 'colibri_queue_dropped_packets' },
    'Colibri requests refused because too many waited for the same meeting',
    (s) => s.conferences.totals.requestsRefused,
  ),
  counter(
    { name: 'colibri_queue_exceptions' },
    'Colibri requests that failed by a fault of the bridge',
    (s) => s.conferences.totals.requestsFailed,
  ),
  counter(
    { name: 'ice_restarts_started' },
    'ICE restarts: new credentials given out',
    (s) => s.media.iceRestarts.started,
  ),
  counter(
    { name: 'ice_restarts_succeeded' },
    'ICE restarts the client answered',
    (s) => s.media.iceRestarts.succeeded,
  ),
  counter(
    { name: 'ice_restarts_not_established' },
    'ICE restarts asked for before there was a connection, or while one was under way',
    (s) => s.media.iceRestarts.notEstablished,
  ),
  counter(
    { key: 'total_layering_changes_received', name: 'layering_changes_received' },
    'Times the layers a video source sends changed',
    (s) => s.conferences.totals.layeringChanges,
  ),
  counter(
    {
      key: 'total_video_stream_milliseconds_received',
      name: 'video_milliseconds_received',
    },
    'Time in which video came in, ms, each stream of a source counted',
    (s) => Math.floor(s.conferences.totals.videoMilliseconds),
  ),
];
