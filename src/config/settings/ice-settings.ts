import {
  boolean,
  count,
  duration,
  fraction,
  integer,
  oneOf,
  listenPort,
  port,
  restricted,
  text,
} from '../reader.ts';
import type { Reader } from '../reader.ts';
import { differently, ignored, obeyed, optional, unsupported } from '../setting.ts';

const nominations = [
  'NominateFirstValid',
  'NominateHighestPriority',
  'NominateFirstHostOrReflexiveValid',
  'NominateBestRTT',
] as const;

/** Each has a letter or digit of its own (docs/worker.md, "One port for all workers"). */
const workerCount = restricted(integer, 'a whole number from 0 to 62', (n) => n >= 0 && n <= 62);

export const iceSettings = {
  'videobridge.ice.udp.port': obeyed(listenPort, 10000, 'The UDP port of all media.'),
  'videobridge.ice.ufrag-prefix': unsupported(
    text,
    undefined,
    'Local ufrags are the worker’s own choice: nothing can be routed by their beginning.',
  ),
  'videobridge.ice.keep-alive-strategy': ignored(
    oneOf('selected_only', 'selected_and_tcp', 'all_succeeded'),
    'selected_only',
    'An ICE-lite bridge sends no keep-alives; clients do.',
  ),
  'videobridge.ice.resolve-remote-candidates': ignored(
    boolean,
    false,
    'An ICE-lite bridge does not use the candidates of clients.',
  ),
  'videobridge.ice.nomination-strategy': ignored(
    oneOf(...nominations),
    'NominateFirstHostOrReflexiveValid',
    'Towards an ICE-lite bridge the client nominates.',
  ),
  'videobridge.ice.advertise-private-candidates': obeyed(
    boolean,
    true,
    'Off: private addresses are told only to endpoints that ask for them.',
  ),
  'videobridge.ice.restart.enabled': obeyed(boolean, true, 'Accept ICE restarts.'),
  'videobridge.ice.restart.transition-window': ignored(
    duration,
    '3 seconds',
    'The old credentials are accepted until the new ones are used.',
  ),
  'videobridge.ice.restart.timeout': differently(
    obeyed(duration, '20 seconds', 'Longest ICE restart; none or less = no restarts.'),
    'The old path simply stays, so there is nothing to roll back.',
  ),
  'videobridge.relay.enabled': differently(
    obeyed(boolean, false, 'Connect to other bridges.'),
    'Not yet: every conference stays on one bridge; a warning says so.',
  ),
  'videobridge.relay.region': optional(text, 'Region reported to Jicofo, also without relays.'),
  'videobridge.relay.relay-id': differently(
    optional(text, 'Unique id of this bridge; needed with relays.'),
    'Not reported before there are relays.',
  ),
} as const;

const names: Reader<undefined> = {
  expected: 'an object, for example { host = "192.0.2.1" }',
  read: (value) => (value.kind === 'object' ? { ok: true, value: undefined } : { ok: false }),
};

/** Keys of our own, outside the JVB’s blocks so that the file stays valid for a JVB. */
export const trestleSettings = {
  'trestle.ice.tcp.enabled': obeyed(
    boolean,
    true,
    'Offer TCP candidates for clients whose network blocks UDP.',
  ),
  'trestle.ice.tcp.port': obeyed(listenPort, 4443, 'Their port. If it is taken there are none.'),
  'trestle.ice.tcp.mapped-port': optional(
    port,
    'A further TCP port to advertise, which something in front forwards here.',
  ),
  'trestle.ice.loopback': obeyed(
    boolean,
    false,
    'Listen on loopback addresses as well, for clients on the same machine.',
  ),
  'trestle.workers': obeyed(
    workerCount,
    0,
    'Media workers, a thread each, all on the same ports; 0 = one for every processor.',
  ),
  'trestle.worker.cpu-ceiling': obeyed(
    fraction,
    0.7,
    'A conference whose worker is above this part of a processor has its next endpoints on another one; 1 = never.',
  ),
  'trestle.worker.endpoints-per-conference': obeyed(
    count,
    0,
    'Endpoints of one conference on one worker, while another one has room; 0 = no limit.',
  ),
  'trestle.worker.binary': optional(
    text,
    'Path of the worker; unset = the one built with Trestle.',
  ),
  'trestle.values': obeyed(
    names,
    {},
    'Names of your own, to be used as ${trestle.values.name}; they mean nothing else.',
  ),
  'trestle.version': optional(
    text,
    'Version told to Jicofo, which puts only bridges of equal version into one conference.',
  ),
  'trestle.log.level': obeyed(
    oneOf('debug', 'info', 'warn', 'error'),
    'info',
    'The least that is logged.',
  ),
  'trestle.log.format': obeyed(
    oneOf('json', 'jvb'),
    'json',
    'One JSON object a line, or lines as a JVB writes them.',
  ),
} as const;
