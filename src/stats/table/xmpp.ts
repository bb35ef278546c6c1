import { counter, gauge, type Metric } from '../metric.ts';

/** Links to XMPP servers. */
export const xmppMetrics: readonly Metric[] = [
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
