import { boolean, integer, interval, textList } from '../reader.ts';
import { ignored, obeyed, type Setting } from '../setting.ts';

const presenceNames = [
  'average_participant_stress',
  'colibri2',
  'current_timestamp',
  'drain',
  'graceful_shutdown',
  'healthy',
  'region',
  'relay_id',
  'release',
  'shutting_down',
  'stress_level',
  'version',
];

/** The logins themselves are read by read-xmpp-clients.ts. */
const logins: Setting<undefined> = obeyed(
  {
    expected: 'an object with one login per key, for example { shard { HOSTNAME = localhost … } }',
    read: (value) => (value.kind === 'object' ? { ok: true, value: undefined } : { ok: false }),
  },
  {},
  'One XMPP login per child; its key is the id.',
);

export const xmppSettings = {
  'videobridge.apis.xmpp-client.presence-interval': obeyed(
    interval,
    '5 seconds',
    'How often presence with statistics goes to the brewery rooms.',
  ),
  'videobridge.apis.xmpp-client.stats-filter.enabled': obeyed(
    boolean,
    false,
    'Send only the statistics of the whitelist in presence.',
  ),
  'videobridge.apis.xmpp-client.stats-filter.whitelist': obeyed(
    textList,
    presenceNames,
    'Statistics that stay in presence while the filter is on.',
  ),
  'videobridge.apis.xmpp-client.jid-cache-size': ignored(integer, 1000, 'A cache of Smack.'),
  'videobridge.apis.xmpp-client.configs': logins,
} as const;
