import {
  boolean,
  count,
  duration,
  fraction,
  integer,
  interval,
  number,
  oneOf,
  text,
} from '../reader.ts';
import { differently, ignored, obeyed, optional, under, unsupported } from '../setting.ts';
import { conferenceLimits } from './conference-limits.ts';

const life = {
  'videobridge.entity-expiration.timeout': obeyed(
    interval,
    '1 minute',
    'Conferences and endpoints without activity end after so long.',
  ),
  'videobridge.entity-expiration.check-interval': obeyed(
    interval,
    '1 minute',
    'How often that is looked at; does not follow the timeout.',
  ),
  'videobridge.ep-connection-status.first-transfer-timeout': obeyed(
    duration,
    '15 seconds',
    'Time a new endpoint has before it counts as disconnected.',
  ),
  'videobridge.ep-connection-status.max-inactivity-limit': obeyed(
    interval,
    '8 seconds',
    'An endpoint silent for so long counts as disconnected.',
  ),
  'videobridge.ep-connection-status.check-interval': obeyed(
    interval,
    '500 ms',
    'How often that is looked at.',
  ),
  'videobridge.shutdown.graceful-shutdown-max-duration': obeyed(
    duration,
    '24 hours',
    'Longest graceful shutdown.',
  ),
  'videobridge.shutdown.graceful-shutdown-min-participants': obeyed(
    count,
    0,
    'A graceful shutdown ends at so few participants.',
  ),
  'videobridge.shutdown.shutting-down-delay': obeyed(
    duration,
    '1 minute',
    'Time between the end of a graceful shutdown and the exit.',
  ),
  'videobridge.initial-drain-mode': obeyed(boolean, false, 'Start drained.'),
} as const;

const health = {
  'videobridge.health.interval': differently(
    obeyed(interval, '1 minute', 'Period of the check of oneself.'),
    'Health is judged every second, from figures that are there anyway.',
  ),
  'videobridge.health.timeout': differently(
    obeyed(
      interval,
      '90 seconds',
      'Without a check for so long the bridge is unhealthy; longer than the interval.',
    ),
    'Health is judged every second, from figures that are there anyway.',
  ),
  'videobridge.health.max-check-duration': obeyed(
    interval,
    '3 seconds',
    'Workers that are silent or gone for longer have failed the check.',
  ),
  'videobridge.health.sticky-failures': obeyed(
    boolean,
    false,
    'A failure after the first five minutes is for good.',
  ),
  'videobridge.health.require-valid-address': obeyed(
    boolean,
    true,
    'Fail without an address that others can reach.',
  ),
  'videobridge.health.require-stun': obeyed(
    boolean,
    false,
    'Fail when STUN servers are set and none answered.',
  ),
  'trestle.health.max-link-outage': obeyed(
    duration,
    '5 minutes',
    'Without any XMPP server for so long /about/health answers 503; 0 = it never does for that.',
  ),
} as const;

const measurements = {
  'load-measurement': obeyed(
    oneOf('cpu-usage', 'packet-rate'),
    'cpu-usage',
    'What stress is measured by.',
  ),
  'packet-rate.load-threshold': obeyed(count, 50_000, 'Packets per second that are a stress of 1.'),
  'packet-rate.recovery-threshold': obeyed(count, 40_000, 'Below it last-n recovers.'),
  'cpu-usage.load-threshold': differently(
    obeyed(fraction, 0.9, 'Usage that is a stress of 1.'),
    'The highest of machine, busiest worker and event loop counts.',
  ),
  'cpu-usage.recovery-threshold': obeyed(fraction, 0.72, 'Below it last-n recovers.'),
  'cpu-usage.detect-cpu-steal': obeyed(boolean, true, 'Count what the hypervisor takes.'),
} as const;

const reducer = {
  'reduction-scale': obeyed(fraction, '.75', 'Factor when lowering.'),
  'recover-scale': obeyed(number, 1.25, 'Factor when recovering.'),
  'impact-time': obeyed(interval, '1 minute', 'Pause between steps.'),
  'minimum-last-n-value': obeyed(count, 1, 'Never lower.'),
  'maximum-enforced-last-n-value': obeyed(integer, 40, 'Above it there is no cap.'),
} as const;

const load = {
  'reducer-enabled': obeyed(boolean, false, 'Lower last-n while the load is too high.'),
  ...under('load-measurements', measurements),
  ...under('load-reducers.last-n', reducer),
  'conference-last-n-limits': obeyed(
    conferenceLimits,
    {},
    'Caps on last-n by conference size: { 20 = 20, 50 = 10 }.',
  ),
  'average-participant-stress': obeyed(
    fraction,
    0.01,
    'Stress that one participant adds, told to Jicofo.',
  ),
} as const;

const reports = {
  'videobridge.stats.interval': differently(
    obeyed(interval, '5 seconds', 'How often figures are gathered.'),
    'Figures are gathered when they are asked for or sent.',
  ),
  'videobridge.stats.transit-time.enable-json': ignored(
    boolean,
    true,
    'See trestle_forwarding_delay_seconds in /metrics.',
  ),
  'videobridge.stats.transit-time.enable-prometheus': unsupported(
    boolean,
    false,
    'See trestle_forwarding_delay_seconds in /metrics.',
  ),
  'videobridge.stats.transit-time.enable-jitter': unsupported(
    boolean,
    false,
    'See trestle_forwarding_delay_seconds in /metrics.',
  ),
  'videobridge.stats.jvm.enabled': ignored(
    boolean,
    true,
    'Figures of the Node.js process are there instead.',
  ),
  'videobridge.version.announce': obeyed(boolean, false, 'Name the version in ServerHello.'),
  'videobridge.version.release': optional(
    text,
    'Release label in presence; Jicofo groups bridges by version and release.',
  ),
  'videobridge.redact-remote-addresses': obeyed(boolean, true, 'Hide clients’ addresses in logs.'),
  'videobridge.redact-colibri-http-headers': differently(
    obeyed(boolean, true, 'Hide header values of colibri connects in logs.'),
    'They are never logged.',
  ),
  'videobridge.exporter.max-reconnect-attempts': ignored(count, undefined, 'There is no exporter.'),
  'videobridge.exporter.base-delay': ignored(duration, '1 second', 'There is no exporter.'),
  'videobridge.exporter.max-delay': ignored(duration, '30 seconds', 'There is no exporter.'),
  'videobridge.exporter.stable-connection-threshold': ignored(
    duration,
    '30 seconds',
    'There is no exporter.',
  ),
  'tracing.enabled': ignored(boolean, false, 'There is no tracing.'),
  'tracing.service-name': ignored(text, 'jvb', 'There is no tracing.'),
} as const;

export const operationSettings = {
  ...life,
  ...health,
  ...under('videobridge.load-management', load),
  ...reports,
} as const;
