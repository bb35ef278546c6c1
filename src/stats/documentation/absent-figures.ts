/** Figures of JVB that the bridge does not publish, and why. Names as in Prometheus without prefix; keys as in JSON. */
export type AbsentFigures = {
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly reason: string;
};

const queues = [
  'queue',
  'rtp_receiver',
  'rtp_sender',
  'srtp_send_queue',
  'relay_srtp_send_queue',
  'relay_endpoint_srtp_send_queue',
];

export const absentFigures: readonly AbsentFigures[] = [
  {
    keys: ['relay_id'],
    names: [],
    reason: 'There are no relays: without it Jicofo keeps a conference on this bridge alone',
  },
  {
    keys: [],
    names: [
      ...queues.flatMap((queue) => [`${queue}_dropped_packets`, `${queue}_exceptions`]),
      'endpoint_receive_message_queue_exceptions',
    ],
    reason:
      'Packets do not wait in queues between threads; what is lost is in trestle_udp_receive_drops_total',
  },
  {
    keys: [],
    names: [
      'rtp_transit_time',
      'rtcp_transit_time',
      'rtp_transit_time_unknown_delay',
      'rtcp_transit_time_unknown_delay',
    ],
    reason: 'trestle_forwarding_delay_seconds says it, in finer steps',
  },
  {
    keys: ['total_keyframes_received'],
    names: ['keyframes_received'],
    reason: 'The worker does not count them',
  },
  {
    keys: ['preemptive_kfr_sent', 'preemptive_kfr_suppressed'],
    names: ['preemptive_keyframe_requests_sent', 'preemptive_keyframe_requests_suppressed'],
    reason: 'Key frames are asked for when a receiver is switched, never ahead of need',
  },
  {
    keys: ['tcc_unmatched_feedback'],
    names: ['tcc_unmatched_feedback'],
    reason: 'The estimator of the worker does not tell',
  },
  {
    keys: ['endpoints_with_spurious_remb'],
    names: ['endpoints_with_spurious_remb'],
    reason: 'REMB that was not negotiated is ignored uncounted',
  },
  {
    keys: [],
    names: ['tossed_packets_energy'],
    reason: 'Nothing is dropped for being quiet: microphones nobody hears have no consumer',
  },
  {
    keys: [],
    names: [
      'ice_restarts_failed',
      'ice_restarts_superseded',
      'ice_restarts_rejected',
      'ice_restarts_agent_creation_failed',
    ],
    reason: 'A restart only gives out new credentials: it cannot fail in these ways',
  },
  {
    keys: [],
    names: [
      'exporter_starts',
      'exporter_packets_sent',
      'exporter_websocket_failures',
      'exporter_websocket_internal_errors',
      'exporter_transcripts_received',
      'exporter_media_events_received',
      'exporter_sending_changes_received',
      'exporter_info_received',
      'exporter_other_messages_received',
      'exporter_parse_failures',
    ],
    reason: 'There is no export of media',
  },
];
