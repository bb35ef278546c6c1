import { gauge, type Metric, type SeriesMetric } from '../metric.ts';

const regionInfo: SeriesMetric = {
  name: 'region',
  help: 'The configured region',
  shape: 'series',
  type: 'info',
  origin: 'jvb',
  read: ({ region }) => (region === undefined ? [] : [{ labels: { region }, value: 1 }]),
};

/** What the bridge says of itself. */
export const stateMetrics: readonly Metric[] = [
  gauge({ key: 'current_timestamp' }, 'Time of this report, UTC', (s) => timestamp(s.wallMs)),
  gauge({ key: 'version' }, 'Version of the bridge', (s) => s.version),
  gauge({ key: 'release' }, 'Configured release label', (s) => s.release),
  gauge({ key: 'region' }, 'Configured region', (s) => s.region),
  regionInfo,
  gauge({ key: 'colibri2' }, 'Colibri2 is spoken (asked for by Jicofo of early 2022)', () => true),
  gauge(
    { key: 'healthy', name: 'healthy' },
    'Whether the last health check passed',
    (s) => s.healthy,
  ),
  gauge({ key: 'drain', name: 'drain_mode' }, 'Whether drain mode is on', (s) => s.drain),
  gauge(
    { key: 'graceful_shutdown', name: 'graceful_shutdown' },
    'Whether graceful shutdown was requested',
    (s) => s.gracefulShutdown,
  ),
  gauge(
    { key: 'shutting_down', name: 'shutting_down' },
    'Whether the bridge is about to exit',
    (s) => s.shuttingDown,
  ),
  gauge(
    { key: 'stress_level', name: 'stress' },
    'Load divided by what is configured as full: 0 = idle, 1 = full',
    (s) => s.stressLevel,
  ),
  gauge(
    { key: 'average_participant_stress' },
    'Stress one more endpoint is expected to cause',
    (s) => s.averageParticipantStress,
  ),
  gauge(
    { name: 'startup_time' },
    'Start of the process, ms since the epoch',
    (s) => s.startedWallMs,
  ),
  gauge(
    { name: 'cpu_steal' },
    'Fraction of CPU time the hypervisor took',
    (s) => s.process.cpuSteal,
  ),
];

/** JVB's format: `YYYY-MM-DD HH:mm:ss.SSS` in UTC, from milliseconds since the epoch. */
function timestamp(wallMs: number): string {
  return civilDate(wallMs).replace('T', ' ').replace('Z', '');
}

function civilDate(wallMs: number): string {
  // The only use of Date in pure code: it formats a given instant and reads no clock.
  // eslint-disable-next-line no-restricted-globals
  return new Date(wallMs).toISOString();
}
