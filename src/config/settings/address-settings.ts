import { boolean, count, duration, interval, text, textList } from '../reader.ts';
import { differently, ignored, obeyed, optional, unsupported } from '../setting.ts';
import { staticMappings } from './static-mappings.ts';
import { stunServers } from './stun-servers.ts';

/** buildIce makes one time of the three. */
const consent =
  'Clients send the checks: a path without any for interval + wait × retransmissions is gone, 15 s at least, 30 s while none is set.';

const harvest = {
  'ice4j.harvest.use-ipv6': obeyed(boolean, true, 'Use IPv6 addresses.'),
  'ice4j.harvest.use-link-local-addresses': obeyed(boolean, false, 'Use link-local addresses.'),
  'ice4j.harvest.timeout': obeyed(
    interval,
    '15 seconds',
    'Longest asking of STUN servers and of EC2.',
  ),
  'ice4j.harvest.udp.receive-buffer-size': obeyed(
    count,
    10_485_760,
    'Receive buffer of media sockets, bytes; the kernel caps it at net.core.rmem_max.',
  ),
  'ice4j.harvest.udp.use-dynamic-ports': unsupported(
    boolean,
    false,
    'All media uses the one port of videobridge.ice.udp.port.',
  ),
  'ice4j.harvest.udp.socket-pool-size': ignored(count, 0, 'The worker sends by itself.'),
  'ice4j.harvest.allowed-addresses': obeyed(
    textList,
    [],
    'Use these local addresses only; the block list then means nothing.',
  ),
  'ice4j.harvest.blocked-addresses': obeyed(textList, [], 'Do not use these local addresses.'),
  'ice4j.harvest.allowed-interfaces': obeyed(
    textList,
    [],
    'Use these network interfaces only; the block list then means nothing.',
  ),
  'ice4j.harvest.blocked-interfaces': obeyed(textList, [], 'Do not use these interfaces.'),
  'ice4j.harvest.mapping.static-mappings': obeyed(
    staticMappings,
    [],
    'What local addresses are called outside: { local-address, public-address } and optionally local-port with public-port, name.',
  ),
  'ice4j.harvest.mapping.stun.addresses': obeyed(
    stunServers,
    [],
    'STUN servers asked at start for the address outside, host:port; IPv4.',
  ),
  'ice4j.harvest.mapping.stun.enabled': ignored(
    boolean,
    undefined,
    'Written by docker-jitsi-meet, read by nobody: an empty list of servers is what counts.',
  ),
  'ice4j.harvest.mapping.aws.enabled': obeyed(
    boolean,
    true,
    'Ask the metadata of Amazon EC2 for the address outside (IMDSv2); elsewhere nobody answers.',
  ),
  'ice4j.harvest.mapping.aws.force': ignored(boolean, false, 'Means the same as enabled.'),
} as const;

export const addressSettings = {
  ...harvest,
  'ice4j.ice.max-check-list-size': ignored(count, 100, 'An ICE-lite bridge has no check list.'),
  'ice4j.ice.termination-delay': ignored(duration, '3 seconds', 'An internal of ice4j.'),
  'ice4j.software': ignored(text, 'ice4j.org', 'STUN answers name no software.'),
  'ice4j.use-component-socket': ignored(boolean, true, 'An internal of ice4j.'),
  'ice4j.send-to-last-received-from-address': ignored(boolean, false, 'An internal of ice4j.'),
  'ice4j.redact-remote-addresses': optional(
    boolean,
    'Hide clients’ addresses in logs; unset = as videobridge.redact-remote-addresses.',
  ),
  'ice4j.consent-freshness.interval': differently(
    obeyed(duration, '5 seconds', 'Between checks.'),
    consent,
  ),
  'ice4j.consent-freshness.original-wait-interval': ignored(
    duration,
    '500 ms',
    'Clients send the checks.',
  ),
  'ice4j.consent-freshness.max-wait-interval': differently(
    obeyed(duration, '500 ms', 'Longest wait for an answer.'),
    consent,
  ),
  'ice4j.consent-freshness.max-retransmissions': differently(
    obeyed(count, 5, 'Then consent is gone.'),
    consent,
  ),
  'ice4j.consent-freshness.randomize-interval': ignored(boolean, true, 'Clients send the checks.'),
} as const;
