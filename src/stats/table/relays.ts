import { counter, gauge, type Metric } from '../metric.ts';

const none = () => 0;

/** There are no relays yet, so zero is the truth; scripts compute with some of these. */
export const relaysMetrics: readonly Metric[] = [
  counter({ key: 'total_relays', name: 'relays' }, 'Relays created: none yet', none),
  counter(
    {
      key: 'num_relays_no_msg_transport_after_delay',
      name: 'relays_no_message_transport_after_delay',
    },
    'Relays without a message transport: none yet',
    none,
  ),
  counter(
    { key: 'relays_ice_failed', name: 'relays_ice_failed' },
    'Relays whose ICE failed: none yet',
    none,
  ),
  counter(
    { key: 'dtls_failed_relays', name: 'relays_dtls_failed' },
    'Relays whose DTLS failed: none yet',
    none,
  ),
  gauge(
    { key: 'octo_receive_bitrate', name: 'relay_incoming_bitrate' },
    'bit/s from relays: none yet',
    none,
  ),
  gauge(
    { key: 'octo_send_bitrate', name: 'relay_outgoing_bitrate' },
    'bit/s to relays: none yet',
    none,
  ),
  gauge(
    { key: 'octo_receive_packet_rate', name: 'relay_incoming_packet_rate' },
    'Packets/s from relays: none yet',
    none,
  ),
  gauge(
    { key: 'octo_send_packet_rate', name: 'relay_outgoing_packet_rate' },
    'Packets/s to relays: none yet',
    none,
  ),
  counter(
    { key: 'total_bytes_received_octo', name: 'relay_bytes_received' },
    'Bytes from relays: none yet',
    none,
  ),
  counter(
    { key: 'total_bytes_sent_octo', name: 'relay_bytes_sent' },
    'Bytes to relays: none yet',
    none,
  ),
  counter(
    { key: 'total_packets_received_octo', name: 'relay_packets_received' },
    'Packets from relays: none yet',
    none,
  ),
  counter(
    { key: 'total_packets_sent_octo', name: 'relay_packets_sent' },
    'Packets to relays: none yet',
    none,
  ),
];
