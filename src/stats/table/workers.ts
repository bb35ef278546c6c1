import type { BridgeSnapshot, WorkerSocketsFigures } from '../bridge-snapshot.ts';
import type { WorkerFigures } from '../../conference/ports.ts';
import {
  type Metric,
  ownCounter,
  ownGauge,
  ownHistogram,
  ownSeries,
  type Sample,
} from '../metric.ts';

function each(read: (worker: WorkerFigures) => number) {
  return ({ media }: BridgeSnapshot): readonly Sample[] =>
    media.workers.map((worker, place) => ({
      labels: { worker: String(place) },
      value: read(worker),
    }));
}

/** Not each socket: there is one for every client. */
function eachWorkersSockets(read: (sockets: WorkerSocketsFigures) => number) {
  return ({ workerSockets }: BridgeSnapshot): readonly Sample[] =>
    workerSockets.map((sockets, place) => ({
      labels: { worker: String(place) },
      value: read(sockets),
    }));
}

/** Media workers, one process each, and their sockets. */
export const workersMetrics: readonly Metric[] = [
  ownGauge(
    'workers_alive',
    'Media workers running',
    (s) => s.media.workers.filter((w) => w.alive).length,
  ),
  ownCounter('workers_died', 'Media workers that ended unasked', (s) => s.media.workersDied),
  ownGauge(
    'spread_conferences',
    'Conferences on several media workers',
    (s) => s.media.spreadConferences,
  ),
  ownGauge(
    'piped_sources',
    'Sources that travel between media workers, counted for each they travel to',
    (s) => s.media.pipedSources,
  ),
  ownCounter(
    'piped_bytes',
    'Bytes that travelled between media workers',
    (s) => s.media.bytesPiped,
  ),
  ownSeries(
    'gauge',
    'worker_cpu',
    'CPU of a media worker, fraction of a core',
    each((w) => w.cpu),
  ),
  ownSeries(
    'gauge',
    'worker_memory_bytes',
    'Most resident memory a media worker had',
    each((w) => w.memoryBytes),
  ),
  ownSeries(
    'gauge',
    'worker_conferences',
    'Conferences on a media worker',
    each((w) => w.conferences),
  ),
  ownSeries(
    'gauge',
    'worker_endpoints',
    'Endpoints on a media worker',
    each((w) => w.endpoints),
  ),
  ownSeries(
    'gauge',
    'worker_consumers',
    'Streams a media worker forwards, each to one endpoint',
    each((w) => w.consumers),
  ),
  ownSeries(
    'gauge',
    'worker_silent_seconds',
    'Time since a media worker last answered',
    each((w) => w.silentMs / 1000),
  ),
  ownSeries(
    'counter',
    'udp_receive_drops',
    'Datagrams the kernel dropped because the media sockets of a worker were read too slowly',
    eachWorkersSockets(({ drops }) => drops),
  ),
  ownSeries(
    'gauge',
    'udp_receive_queue_bytes',
    'Bytes that wait in the media sockets of a worker',
    eachWorkersSockets(({ queuedBytes }) => queuedBytes),
  ),
  ownHistogram(
    'forwarding_delay_seconds',
    'Time from the first packet of a batch in the worker until the kernel has the batch, for each packet',
    ({ media }) => media.forwardingDelay,
  ),
];
