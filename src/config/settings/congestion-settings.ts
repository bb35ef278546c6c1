import {
  bandwidth,
  boolean,
  count,
  duration,
  fraction,
  integer,
  interval,
  number,
} from '../reader.ts';
import { differently, ignored, obeyed, optional, unsupported } from '../setting.ts';

const allocation = {
  'videobridge.cc.bwe-change-threshold': obeyed(
    fraction,
    0.15,
    'Changes of the estimate below this fraction do not re-allocate.',
  ),
  'videobridge.cc.default-max-height-px': obeyed(
    count,
    180,
    'Height limit where ReceiverVideoConstraints has no default.',
  ),
  'videobridge.cc.initial-max-height-px': obeyed(
    count,
    0,
    'Height limit before a client’s first constraints; 0 = send nothing.',
  ),
  'videobridge.cc.onstage-preferred-height-px': obeyed(
    count,
    360,
    'Height that on-stage video gets before anything else gets more.',
  ),
  'videobridge.cc.onstage-preferred-framerate': obeyed(number, 30, 'The same for frame rate.'),
  'videobridge.cc.allow-oversend-onstage': obeyed(
    boolean,
    true,
    'Let on-stage screen share exceed the estimate rather than stop.',
  ),
  'videobridge.cc.max-oversend-bitrate': obeyed(bandwidth, '500 kbps', 'By how much.'),
  'videobridge.cc.trust-bwe': obeyed(boolean, true, 'Off: allocate as if bandwidth had no limit.'),
  'videobridge.cc.padding-period': ignored(duration, '15 ms', 'The worker probes by itself.'),
  'videobridge.cc.max-time-between-calculations': obeyed(
    interval,
    '5 seconds',
    'Re-allocate at least so often.',
  ),
  'videobridge.cc.jvb-last-n': obeyed(integer, -1, 'Cap on everybody’s last-n; -1 = none.'),
  'videobridge.cc.initial-last-n': obeyed(
    integer,
    -1,
    'last-n before signalling sets it; -1 = all.',
  ),
  'videobridge.cc.assumed-bandwidth-limit': differently(
    optional(bandwidth, 'Receivers may ask to be treated as if they had so much.'),
    'Clamps what a receiver asks for, then takes the place of the estimate.',
  ),
  'videobridge.cc.use-vla-target-bitrate': unsupported(
    boolean,
    false,
    'Bit rates of layers are measured, not taken from what the sender announces.',
  ),
  'videobridge.cc.initial-ignore-bwe-period': optional(
    duration,
    'Ignore estimates for so long after the first media; unset = as the engine’s default.',
  ),
  'videobridge.cryptex.endpoint': unsupported(
    boolean,
    false,
    'Encrypted header extensions (RFC 9335) are not supported.',
  ),
  'videobridge.cryptex.relay': unsupported(
    boolean,
    false,
    'Encrypted header extensions (RFC 9335) are not supported.',
  ),
} as const;

const speakers = {
  'videobridge.loudest.route-loudest-only': obeyed(
    boolean,
    false,
    'Forward audio of the loudest only.',
  ),
  'videobridge.loudest.num-loudest': obeyed(count, 3, 'How many they are.'),
  'videobridge.loudest.always-route-dominant': obeyed(
    boolean,
    true,
    'Forward the dominant speaker even when others are louder.',
  ),
  'videobridge.loudest.energy-expire-time': differently(
    obeyed(duration, '150 ms', 'Who is silent for so long is not among the loudest.'),
    'Levels are observed three times a second, and who loses the rank is forwarded for one second more.',
  ),
  'videobridge.loudest.energy-alpha-pct': differently(
    obeyed(count, 50, 'Smoothing of levels, in percent.'),
    'Applied to the levels observed three times a second.',
  ),
  'videobridge.speech-activity.recent-speakers-count': obeyed(
    count,
    10,
    'Previous speakers named with the dominant one.',
  ),
  'videobridge.speech-activity.enable-silence-detection': obeyed(
    boolean,
    false,
    'Tell clients when nobody speaks.',
  ),
  'videobridge.speech-activity.silence-detection-timeout': obeyed(
    duration,
    '3 seconds',
    'After so long.',
  ),
} as const;

const receivers = {
  'videobridge.ssrc-limit.video': obeyed(count, 50, 'Most video SSRCs a receiver is given.'),
  'videobridge.ssrc-limit.audio': obeyed(count, 50, 'Most audio SSRCs a receiver is given.'),
  'videobridge.connection-stats.enabled': obeyed(
    boolean,
    true,
    'Send clients the estimate of their downlink (ConnectionStats).',
  ),
  'videobridge.connection-stats.interval': obeyed(interval, '10 seconds', 'How often.'),
  'videobridge.stats-filter-threshold': obeyed(
    count,
    20,
    'From this conference size on EndpointStats go only to those who look.',
  ),
  'videobridge.transport.send.queue-size': ignored(count, 1024, 'The worker has its own queues.'),
} as const;

export const congestionSettings = { ...allocation, ...speakers, ...receivers } as const;
