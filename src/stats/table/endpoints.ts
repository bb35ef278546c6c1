import { gauge, type Metric } from '../metric.ts';

/** Endpoints as they are now. */
export const endpointsMetrics: readonly Metric[] = [
  gauge(
    { key: 'endpoints', name: 'current_endpoints' },
    'Endpoints now',
    (s) => s.conferences.localEndpoints,
  ),
  gauge(
    { key: 'participants' },
    'Older name of the key endpoints',
    (s) => s.conferences.localEndpoints,
  ),
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
  gauge(
    {
      key: 'endpoints_with_high_outgoing_loss',
      name: 'endpoints_with_high_outgoing_loss',
    },
    'Endpoints of active conferences that lose more than a tenth of what they are sent',
    (s) => s.conferences.endpointsWithHighOutgoingLoss,
  ),
];
