import type { Findings } from '../findings.ts';
import type { HoconValue } from '../hocon/value.ts';
import { literalValue } from '../literal-value.ts';
import type { Literal } from '../setting.ts';
import type { Assignment, Assignments } from '../sources/assignment.ts';
import { noteOnProperty } from './property-notes.ts';
import { propertyTable } from './property-table.ts';

/** A value for a key, and the name under which the operator wrote it. */
export type NamedValue = { readonly value: HoconValue; readonly written: string };

/** What legacy properties say, in terms of today's keys. */
export type LegacySettings = {
  readonly values: ReadonlyMap<string, NamedValue>;
  /** Properties that the component mode reads by itself. */
  readonly component: Assignments;
};

const jitsi = 'org.jitsi.videobridge.';
const harvest = 'org.ice4j.ice.harvest.';
const statistics = `${jitsi}STATISTICS_INTERVAL`;

/** Names that were aliases of ice4j's in 2018. */
const movedToIce4j = new Set(
  [
    'NAT_HARVESTER_LOCAL_ADDRESS',
    'NAT_HARVESTER_PUBLIC_ADDRESS',
    'STUN_MAPPING_HARVESTER_ADDRESSES',
    'DISABLE_AWS_HARVESTER',
    'FORCE_AWS_HARVESTER',
  ].map((name) => `${jitsi}${name}`),
);

/** Properties that once meant two things which have keys of their own today. */
const alsoSets = new Map([
  [statistics, 'videobridge.apis.xmpp-client.presence-interval'],
  [`${jitsi}THUMBNAIL_MAX_HEIGHT`, 'videobridge.cc.initial-max-height-px'],
]);

const componentNames = new Set(
  [
    'AUTHORIZED_SOURCE_REGEXP',
    'shutdown.ALLOWED_SOURCE_REGEXP',
    'ENABLE_STATISTICS',
    'STATISTICS_TRANSPORT',
    'PUBSUB_SERVICE',
    'PUBSUB_NODE',
    'defaultOptions',
  ].map((name) => `${jitsi}${name}`),
);

/** Read elsewhere: logins, the NAT pair. */
const readElsewhere = [`${jitsi}xmpp.user.`, `${harvest}NAT_HARVESTER_`];

/** Turns properties into values for keys, by the table of the JVB's own migration (config.md §2.5). */
export function translateProperties(properties: Assignments, findings: Findings): LegacySettings {
  const values = new Map<string, NamedValue>();
  const component = new Map<string, Assignment>();
  const set = (key: string, literal: Literal, written: string, from: Assignment): void => {
    values.set(key, { value: literalValue(literal, from.origin), written });
  };
  for (const [name, property] of modernNames(properties)) {
    const base = name.startsWith(`${statistics}.`) ? statistics : name;
    const entry = propertyTable.get(base);
    if (entry) {
      const [key, convert] = entry;
      const literal = convert(property.text);
      set(key, literal, name, property);
      const more = alsoSets.get(base);
      if (more !== undefined) set(more, literal, name, property);
    } else if (componentNames.has(name)) component.set(name, property);
    else if (name === `${jitsi}ENABLE_REST_COLIBRI`) {
      // Both switches have to be on.
      if (property.text.toLowerCase() === 'false') {
        set('videobridge.apis.rest.enabled', false, name, property);
      }
    } else if (name === `${jitsi}TCP_HARVESTER_SSLTCP`) continue;
    else if (!readElsewhere.some((prefix) => name.startsWith(prefix))) {
      findings.addOnce({ ...noteOnProperty(name), origin: property.origin });
    }
  }
  warnOfSslTcp(properties, findings);
  return { values, component };
}

/** The 2018 names under those ice4j has today; where both are there, today's counts. */
function modernNames(properties: Assignments): Assignments {
  const moved = [...properties]
    .filter(([name]) => movedToIce4j.has(name))
    .map(([name, property]) => [`${harvest}${name.slice(jitsi.length)}`, property] as const);
  const rest = [...properties].filter(([name]) => !movedToIce4j.has(name));
  return new Map([...moved, ...rest]);
}

/** One pair of addresses, kept ports: both or nothing. */
export function natMapping(properties: Assignments): HoconValue | undefined {
  const modern = modernNames(properties);
  const local = modern.get(`${harvest}NAT_HARVESTER_LOCAL_ADDRESS`);
  const outside = modern.get(`${harvest}NAT_HARVESTER_PUBLIC_ADDRESS`);
  if (!local?.text || !outside?.text) return undefined;
  return {
    kind: 'object',
    origin: local.origin,
    fields: new Map([
      ['local-address', literalValue(local.text, local.origin)],
      ['public-address', literalValue(outside.text, outside.origin)],
    ]),
  };
}

/** Fake TLS round TCP was on by default wherever TCP was. */
function warnOfSslTcp(properties: Assignments, findings: Findings): void {
  const name = `${jitsi}TCP_HARVESTER_SSLTCP`;
  const port = properties.get(`${jitsi}TCP_HARVESTER_PORT`);
  const framing = properties.get(name);
  const asked = framing ? framing.text.toLowerCase() !== 'false' : port !== undefined;
  const from = framing ?? port;
  if (!asked || !from) return;
  findings.add({
    level: 'warn',
    code: 'unsupported',
    key: name,
    message: 'only plain TCP candidates are offered, without the framing that looks like TLS',
    origin: from.origin,
  });
}
