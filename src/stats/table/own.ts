import { type Metric, ownCounter, ownGauge } from '../metric.ts';

/** What JVB has no figure for. */
export const ownMetrics: readonly Metric[] = [
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
