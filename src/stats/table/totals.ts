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
];
