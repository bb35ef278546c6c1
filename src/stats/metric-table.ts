import type { BridgeSnapshot } from './bridge-snapshot.ts';
import { counter, gauge, type Metric, ownCounter, ownGauge } from './metric.ts';

// The one list of figures: /colibri/stats, presence, /metrics and docs/metrics.md are made from it.

const state: readonly Metric[] = [
  gauge({ key: 'current_timestamp' }, 'Time of this report, UTC', (s) => timestamp(s.wallMs)),
  gauge({ key: 'version' }, 'Version of the bridge', (s) => s.version),
  gauge({ key: 'release' }, 'Configured release label', (s) => s.release),
  gauge({ key: 'region' }, 'Configured region', (s) => s.region),
  gauge({ key: 'colibri2' }, 'Colibri2 is spoken (asked for by Jicofo of early 2022)', () => true),
  gauge(
    { key: 'healthy', name: 'healthy' },
    'Whether the last health check passed',
    (s) => s.healthy,
  ),
  gauge({ key: 'drain', name: 'drain_mode' }, 'Whether drain mode is on', (s) => s.drain),
  gauge(
    { key: 'graceful_shutdown', name: 'graceful_shutdown' },
    'Whether graceful shutdown was requested',
    (s) => s.gracefulShutdown,
  ),
  gauge(
    { key: 'shutting_down', name: 'shutting_down' },
    'Whether the bridge is about to exit',
    (s) => s.shuttingDown,
  ),
  gauge(
    { key: 'stress_level', name: 'stress' },
    'Load divided by what is configured as full: 0 = idle, 1 = full',
    (s) => s.stressLevel,
  ),
  gauge(
    { key: 'average_participant_stress' },
    'Stress one more endpoint is expected to cause',
    (s) => s.averageParticipantStress,
  ),
  gauge(
    { name: 'startup_time' },
    'Start of the process, ms since the epoch',
    (s) => s.startedWallMs,
  ),
  gauge(
    { key: 'threads', name: 'thread_count' },
    'Threads of the process',
    (s) => s.process.threads,
  ),
];

const xmpp: readonly Metric[] = [
  gauge(
    { key: 'muc_clients_configured', name: 'muc_clients_configured' },
    'XMPP connections configured',
    (s) => s.xmpp.clientsConfigured,
  ),
  gauge(
    { key: 'muc_clients_connected', name: 'muc_clients_connected' },
    'XMPP connections authenticated now',
    (s) => s.xmpp.clientsConnected,
  ),
  gauge(
    { key: 'mucs_configured', name: 'mucs_connected' },
    'Rooms configured (JVB names the metric "connected")',
    (s) => s.xmpp.roomsConfigured,
  ),
  gauge({ key: 'mucs_joined', name: 'mucs_joined' }, 'Rooms joined now', (s) => s.xmpp.roomsJoined),
  counter({ name: 'xmpp_disconnects' }, 'XMPP connections closed', (s) => s.xmpp.disconnects),
];

const conferences: readonly Metric[] = [
  gauge(
    { key: 'conferences', name: 'conferences' },
    'Conferences now',
    (s) => s.conferences.conferences,
  ),
  gauge(
    { key: 'inactive_conferences', name: 'conferences_inactive' },
    'Conferences in which nobody sends media',
    (s) => s.conferences.inactiveConferences,
  ),
  gauge(
    { key: 'p2p_conferences', name: 'conferences_p2p' },
    'Inactive conferences of exactly two endpoints',
    (s) => s.conferences.p2pConferences,
  ),
  gauge(
    { key: 'largest_conference', name: 'largest_conference' },
    'Endpoints in the largest conference',
    (s) => s.conferences.largestConference,
  ),
  counter(
    { key: 'total_conferences_created', name: 'conferences_created' },
    'Conferences created',
    (s) => s.conferences.totals.conferencesCreated,
  ),
  counter(
    { key: 'total_conferences_completed', name: 'conferences_completed' },
    'Conferences expired',
    (s) => s.conferences.totals.conferencesCompleted,
  ),
  counter(
    { key: 'total_conference_seconds', name: 'conference_seconds' },
    'Seconds of all expired conferences',
    (s) => Math.floor(s.conferences.totals.conferenceSeconds),
  ),
  counter(
    { key: 'total_dominant_speaker_changes', name: 'dominant_speaker_changes' },
    'Changes of dominant speaker',
    (s) => s.conferences.totals.dominantSpeakerChanges,
  ),
];

const endpoints: readonly Metric[] = [
  gauge(
    { key: 'endpoints', name: 'current_endpoints' },
    'Endpoints now',
    (s) => s.conferences.localEndpoints,
  ),
  gauge({ key: 'participants' }, 'Older name of `endpoints`', (s) => s.conferences.localEndpoints),
  gauge(
    { key: 'local_endpoints', name: 'local_endpoints' },
    'Endpoints connected to this bridge',
    (s) => s.conferences.localEndpoints,
  ),
  gauge(
    { key: 'octo_endpoints', name: 'endpoints_relayed' },
    'Endpoints connected to other bridges: none, there are no relays yet',
    () => 0,
  ),
  gauge(
    { key: 'local_active_endpoints', name: 'active_endpoints' },
    'Endpoints of conferences in which somebody sends',
    (s) => s.conferences.localActiveEndpoints,
  ),
  gauge(
    { key: 'inactive_endpoints', name: 'endpoints_inactive' },
    'Endpoints of inactive conferences',
    (s) => s.conferences.inactiveEndpoints,
  ),
  gauge(
    { key: 'receive_only_endpoints', name: 'endpoints_recvonly' },
    'Endpoints of active conferences that send nothing',
    (s) => s.conferences.receiveOnlyEndpoints,
  ),
  gauge(
    { key: 'endpoints_sending_audio', name: 'endpoints_sending_audio' },
    'Endpoints sending audio now',
    (s) => s.conferences.endpointsSendingAudio,
  ),
  gauge(
    { key: 'endpoints_sending_video', name: 'endpoints_sending_video' },
    'Endpoints sending video now',
    (s) => s.conferences.endpointsSendingVideo,
  ),
  gauge(
    { key: 'visitors', name: 'current_visitors' },
    'Visitors now',
    (s) => s.conferences.visitors,
  ),
  gauge(
    { key: 'num_eps_oversending', name: 'endpoints_oversending' },
    'Endpoints sent more than their estimate allows',
    (s) => s.conferences.endpointsOversending,
  ),
  gauge(
    { key: 'endpoints_with_suspended_sources', name: 'endpoints_with_suspended_sources' },
    'Endpoints with sources suspended for lack of bandwidth',
    (s) => s.conferences.endpointsWithSuspendedSources,
  ),
];

const totals: readonly Metric[] = [
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

const traffic: readonly Metric[] = [
  {
    ...gauge(
      { key: 'bit_rate_download', name: 'incoming_bitrate' },
      'bit/s from endpoints (kbit/s in JSON)',
      (s) => s.media.bitsPerSecondIn,
    ),
    readJson: (s) => Math.floor(s.media.bitsPerSecondIn / 1000),
  },
  {
    ...gauge(
      { key: 'bit_rate_upload', name: 'outgoing_bitrate' },
      'bit/s to endpoints (kbit/s in JSON)',
      (s) => s.media.bitsPerSecondOut,
    ),
    readJson: (s) => Math.floor(s.media.bitsPerSecondOut / 1000),
  },
  gauge(
    { key: 'packet_rate_download', name: 'incoming_packet_rate' },
    'Packets/s from endpoints',
    (s) => Math.round(s.media.packetsPerSecondIn),
  ),
  gauge(
    { key: 'packet_rate_upload', name: 'outgoing_packet_rate' },
    'Packets/s to endpoints',
    (s) => Math.round(s.media.packetsPerSecondOut),
  ),
  gauge(
    { key: 'incoming_loss', name: 'incoming_loss_fraction' },
    'Fraction of packets lost on the way in',
    (s) => s.media.lossIn,
  ),
  gauge(
    { key: 'outgoing_loss', name: 'outgoing_loss_fraction' },
    'Fraction of packets lost on the way out',
    (s) => s.media.lossOut,
  ),
  gauge({ key: 'overall_loss', name: 'loss_fraction' }, 'Fraction lost, both ways', overallLoss),
  gauge(
    { key: 'rtt_aggregate', name: 'average_rtt' },
    'Mean round-trip time, ms',
    (s) => s.media.rttMs,
  ),
  counter(
    { key: 'total_bytes_received', name: 'bytes_received' },
    'Bytes from endpoints',
    (s) => s.media.bytesIn,
  ),
  counter(
    { key: 'total_bytes_sent', name: 'bytes_sent' },
    'Bytes to endpoints',
    (s) => s.media.bytesOut,
  ),
  counter(
    { key: 'total_packets_received', name: 'packets_received' },
    'Packets from endpoints',
    (s) => s.media.packetsIn,
  ),
  counter(
    { key: 'total_packets_sent', name: 'packets_sent' },
    'Packets to endpoints',
    (s) => s.media.packetsOut,
  ),
];

const own: readonly Metric[] = [
  ownGauge(
    'workers_alive',
    'Media workers running',
    (s) => s.media.workers.filter((w) => w.alive).length,
  ),
  ownCounter('workers_died', 'Media workers that ended unasked', (s) => s.media.workersDied),
  ownGauge('busiest_worker_cpu', 'CPU of the busiest media worker, fraction of a core', (s) =>
    Math.max(0, ...s.media.workers.map((w) => w.cpu)),
  ),
  ownGauge('worker_memory_bytes', 'Resident memory of all media workers', (s) =>
    s.media.workers.reduce((sum, w) => sum + w.memoryBytes, 0),
  ),
  ownGauge('consumers', 'Streams the workers forward', (s) =>
    s.media.workers.reduce((sum, w) => sum + w.consumers, 0),
  ),
  ownCounter(
    'conferences_lost',
    'Conferences that ended because their worker did',
    (s) => s.conferences.totals.conferencesLost,
  ),
  ownGauge(
    'event_loop_utilization',
    'Share of time in which the event loop is busy',
    (s) => s.process.eventLoopUtilization,
  ),
  ownGauge(
    'event_loop_delay_p99_ms',
    '99th percentile of how late timers run, ms',
    (s) => s.process.eventLoopDelayP99Ms,
  ),
  ownGauge('heap_used_bytes', 'JavaScript heap in use', (s) => s.process.heapUsedBytes),
  ownGauge(
    'resident_memory_bytes',
    'Resident memory, workers not counted',
    (s) => s.process.residentBytes,
  ),
];

/** Every figure, in the order in which it is shown. */
export const metricTable: readonly Metric[] = [
  ...state,
  ...xmpp,
  ...conferences,
  ...endpoints,
  ...totals,
  ...traffic,
  ...own,
];

/** Lost over sent, both ways pooled by packet rate. */
function overallLoss({ media }: BridgeSnapshot): number {
  const packets = media.packetsPerSecondIn + media.packetsPerSecondOut;
  if (packets === 0) return 0;
  const lost = media.lossIn * media.packetsPerSecondIn + media.lossOut * media.packetsPerSecondOut;
  return lost / packets;
}

/** JVB's format: `YYYY-MM-DD HH:mm:ss.SSS` in UTC, from milliseconds since the epoch. */
function timestamp(wallMs: number): string {
  return civilDate(wallMs).replace('T', ' ').replace('Z', '');
}

function civilDate(wallMs: number): string {
  // The only use of Date in pure code: it formats a given instant and reads no clock.
  // eslint-disable-next-line no-restricted-globals
  return new Date(wallMs).toISOString();
}
