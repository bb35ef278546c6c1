import type { HoconObject, HoconValue } from '../hocon/value.ts';
import { defaultOrigin, literalValue } from '../literal-value.ts';
import type { Assignments } from '../sources/assignment.ts';

/** Where logins stand among the properties: `<prefix>.<id>.<PROPERTY>`, or without an id if there is only one. */
export const loginPrefix = 'org.jitsi.videobridge.xmpp.user';

const idOfTheOnlyOne = 'user';

/** The XMPP logins of a properties file in the shape of `videobridge.apis.xmpp-client.configs`. */
export function propertyLogins(properties: Assignments): HoconObject {
  const logins = new Map<string, Map<string, HoconValue>>();
  for (const [name, { text, origin }] of properties) {
    if (!name.startsWith(`${loginPrefix}.`)) continue;
    const rest = name.slice(loginPrefix.length + 1);
    const dot = rest.lastIndexOf('.');
    const id = dot < 0 ? idOfTheOnlyOne : rest.slice(0, dot);
    const fields = logins.get(id) ?? new Map<string, HoconValue>();
    fields.set(rest.slice(dot + 1), literalValue(text, origin));
    logins.set(id, fields);
  }
  const entries = [...logins].map(([id, fields]): [string, HoconObject] => {
    const origin = fields.values().next().value?.origin ?? defaultOrigin;
    return [id, { kind: 'object', fields, origin }];
  });
  return { kind: 'object', fields: new Map(entries), origin: defaultOrigin };
}
