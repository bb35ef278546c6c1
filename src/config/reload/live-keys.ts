/** Beginnings of keys that are read anew on SIGHUP while the bridge runs; all others wait for the next start. */
export const beginnings = [
  'trestle.health.',
  'trestle.log.level',
  'videobridge.apis.xmpp-client.stats-filter.',
  'videobridge.cc.',
  'videobridge.connection-stats.',
  'videobridge.entity-expiration.',
  'videobridge.ep-connection-status.',
  'videobridge.health.',
  'videobridge.load-management.',
  'videobridge.redact-remote-addresses',
  'videobridge.shutdown.',
  'videobridge.speech-activity.',
  'videobridge.ssrc-limit.',
  'videobridge.stats-filter-threshold',
  'videobridge.version.release',
  'ice4j.redact-remote-addresses',
  'jmt.bwe.estimator.',
] as const;

/** Set up once at start, though their neighbours are not. */
export const exceptions: readonly string[] = [
  'videobridge.ep-connection-status.check-interval',
  'videobridge.load-management.load-measurements.cpu-usage.detect-cpu-steal',
];

/** Whether a changed value of the key counts without a restart. */
export function isLive(key: string): boolean {
  return !exceptions.includes(key) && beginnings.some((beginning) => key.startsWith(beginning));
}
