import { counter, gauge, type Metric, ownSeries } from '../metric.ts';

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
    'Rooms configured, whatever the name of the metric says',
    (s) => s.xmpp.roomsConfigured,
  ),
  gauge({ key: 'mucs_joined', name: 'mucs_joined' }, 'Rooms joined now', (s) => s.xmpp.roomsJoined),
  counter({ name: 'xmpp_disconnects' }, 'XMPP connections closed', (s) => s.xmpp.disconnects),
  ownSeries(
    'gauge',
    'xmpp_link_up',
    'Whether the connection to that XMPP server is logged in',
    (s) => s.xmpp.links.map(({ id, online }) => ({ labels: { link: id }, value: Number(online) })),
  ),
  ownSeries('gauge', 'xmpp_room_joined', 'Whether the bridge sits in that room', (s) =>
    s.xmpp.links.flatMap(({ id, rooms }) =>
      rooms.map(({ jid, joined }) => ({ labels: { link: id, room: jid }, value: Number(joined) })),
    ),
  ),
];
