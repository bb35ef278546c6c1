import type { Findings } from './findings.ts';
import { valueAt, type HoconObject } from './hocon/value.ts';
import type { LayeredSettings } from './legacy/layer-tree.ts';
import { loginPrefix, propertyLogins } from './legacy/property-logins.ts';
import { readComponent } from './read-component.ts';
import { readXmppClients } from './read-xmpp-clients.ts';
import type { Assignments } from './sources/assignment.ts';
import type { Sources } from './sources/gather-sources.ts';
import type { XmppClientConfig, XmppComponentConfig } from './xmpp-config.ts';

export type XmppLogins = {
  readonly clients: readonly XmppClientConfig[];
  readonly component?: XmppComponentConfig;
};

const configsPath = 'videobridge.apis.xmpp-client.configs';

/**
 * The ways into XMPP. One complete login among the properties hides those of jvb.conf as a whole; a component is
 * there only without any complete login.
 * @param own jvb.conf
 */
export function readLogins(
  sources: Pick<Sources, 'component' | 'componentVariables'>,
  { properties, component: componentProperties }: LayeredSettings,
  own: HoconObject,
  findings: Findings,
): XmppLogins {
  const legacy = readXmppClients(propertyLogins(properties), loginPrefix, findings);
  const configs = valueAt(own, configsPath.split('.'));
  const written = configs?.kind === 'object' ? configs : undefined;
  if (legacy.length > 0 && written && written.fields.size > 0) warnOfShadowed(written, findings);
  const clients =
    legacy.length > 0 || !written ? legacy : readXmppClients(written, configsPath, findings);
  const component =
    clients.length > 0
      ? undefined
      : readComponent(sources.component, componentProperties, findings);
  if (!component) noteLeftOvers(sources, componentProperties, findings);
  return { clients, ...(component && { component }) };
}

function warnOfShadowed({ origin }: HoconObject, findings: Findings): void {
  findings.add({
    level: 'warn',
    code: 'shadowed',
    key: configsPath,
    message: `has no effect: the complete logins of ${loginPrefix} come first, all of them`,
    origin,
  });
}

function noteLeftOvers(
  sources: Pick<Sources, 'componentVariables'>,
  properties: Assignments,
  findings: Findings,
): void {
  for (const [key, { origin }] of properties) {
    const message = 'means something to a component only';
    findings.add({ level: 'ignore', code: 'obsolete', key, message, origin });
  }
  if (sources.componentVariables.length === 0) return;
  findings.add({
    level: 'ignore',
    code: 'component-era',
    key: sources.componentVariables.join(', '),
    message: 'no component is configured, so these are left over',
  });
}
