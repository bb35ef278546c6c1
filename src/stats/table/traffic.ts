import type { BridgeSnapshot } from '../bridge-snapshot.ts';
import { counter, gauge, type Metric } from '../metric.ts';

/** Rates, loss and delay. */
export const trafficMetrics: readonly Metric[] = [
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

/** Lost over sent, both ways pooled by packet rate. */
function overallLoss({ media }: BridgeSnapshot): number {
  const packets = media.packetsPerSecondIn + media.packetsPerSecondOut;
  if (packets === 0) return 0;
  const lost = media.lossIn * media.packetsPerSecondIn + media.lossOut * media.packetsPerSecondOut;
  return lost / packets;
}
