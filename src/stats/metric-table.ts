import type { Metric } from './metric.ts';
import { conferencesMetrics } from './table/conferences.ts';
import { endpointsMetrics } from './table/endpoints.ts';
import { ownMetrics } from './table/own.ts';
import { processMetrics } from './table/process.ts';
import { relaysMetrics } from './table/relays.ts';
import { stateMetrics } from './table/state.ts';
import { totalsMetrics } from './table/totals.ts';
import { trafficMetrics } from './table/traffic.ts';
import { workersMetrics } from './table/workers.ts';
import { xmppMetrics } from './table/xmpp.ts';

/** Every figure, in the order in which it is shown: /colibri/stats, presence, /metrics and docs/metrics.md are made from it. */
export const metricTable: readonly Metric[] = [
  ...stateMetrics,
  ...xmppMetrics,
  ...conferencesMetrics,
  ...endpointsMetrics,
  ...totalsMetrics,
  ...trafficMetrics,
  ...relaysMetrics,
  ...processMetrics,
  ...workersMetrics,
  ...ownMetrics,
];
