import type { ConfigWarning } from '../findings.ts';

type Removed = Pick<ConfigWarning, 'level' | 'message'>;

const gone = 'gone from the JVB; nothing is lost';
const callstats: Removed = { level: 'warn', message: 'callstats.io is not served' };

const harmless = [
  'videobridge.stats.enabled',
  'videobridge.ice.use-component-socket',
  'videobridge.octo.bind-port',
  'videobridge.octo.public-address',
  'videobridge.octo.recv-queue-size',
  'videobridge.octo.send-queue-size',
  'videobridge.multi-stream.enabled',
  'videobridge.apis.jvb-api.enabled',
  'videobridge.apis.jvb-api.bind-address',
  'videobridge.apis.jvb-api.bind-port',
  'videobridge.apis.jvb-api.public-address',
  'videobridge.cc.onstage-ideal-height-px',
  'videobridge.sctp.use-usrsctp',
  'videobridge.sctp.debug-mask',
  'videobridge.sctp.debug-flags',
  'videobridge.load-management.enabled',
];

/** Keys that a JVB of some year read and none reads today (config.md §1.12). */
export const removedKeys: ReadonlyMap<string, Removed> = new Map<string, Removed>([
  ...harmless.map((key) => [key, { level: 'ignore', message: gone }] as const),
  ['videobridge.stats.transports', { level: 'ignore', message: 'presence is always published' }],
  ['videobridge.stats.callstats.app-id', callstats],
  ['videobridge.stats.callstats.bridge-id', callstats],
  ['videobridge.stats.callstats.interval', callstats],
]);
