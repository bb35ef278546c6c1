import { gauge, type Metric, ownGauge } from '../metric.ts';

/** This process, the workers not counted. JVB's names say jvm; here they are of the JavaScript engine. */
export const processMetrics: readonly Metric[] = [
  gauge(
    { key: 'threads', name: 'thread_count' },
    'Threads of the process',
    (s) => s.process.runtime.threads,
  ),
  gauge(
    { name: 'jvm_gc_count' },
    'Garbage collections so far',
    (s) => s.process.runtime.collections,
  ),
  gauge({ name: 'jvm_gc_time' }, 'Time spent in them so far, ms', (s) =>
    Math.round(s.process.runtime.collectionMs),
  ),
  gauge(
    { name: 'jvm_heap_used' },
    'JavaScript heap in use, bytes',
    (s) => s.process.runtime.heapUsedBytes,
  ),
  gauge(
    { name: 'jvm_heap_committed' },
    'JavaScript heap the process holds, bytes',
    (s) => s.process.runtime.heapCommittedBytes,
  ),
  gauge({ name: 'jvm_open_fd_count' }, 'Open file descriptors', (s) => s.process.runtime.openFiles),
  ownGauge(
    'resident_memory_bytes',
    'Resident memory, workers not counted',
    (s) => s.process.residentBytes,
  ),
  ownGauge(
    'event_loop_utilization',
    'Share of time in which the event loop is busy',
    (s) => s.process.eventLoopUtilization,
  ),
  ownGauge(
    'event_loop_delay_p99_seconds',
    '99th percentile of how late timers run',
    (s) => s.process.eventLoopDelayP99Ms / 1000,
  ),
  ownGauge(
    'event_loop_delay_max_seconds',
    'How late a timer ran at worst in the last ten seconds',
    (s) => s.process.eventLoopDelayMaxMs / 1000,
  ),
  ownGauge('machine_cpu', 'CPU in use on the whole machine, 0 to 1', (s) => s.process.machineCpu),
];
