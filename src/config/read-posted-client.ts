import { err, ok, type Result } from '../base/result.ts';
import { ConfigError, Findings } from './findings.ts';
import { literalValue } from './literal-value.ts';
import type { HoconValue } from './hocon/value.ts';
import { readXmppClients } from './read-xmpp-clients.ts';
import type { XmppClientConfig } from './xmpp-config.ts';

const origin = { file: 'request', line: 0, column: 0 };

/**
 * The body of `POST /colibri/muc-client/add`: `id` and the properties of a login in the file, in any case. JVB
 * takes text only; numbers and booleans are taken, too. The error says what to correct.
 */
export function readPostedClient(body: unknown): Result<XmppClientConfig, string> {
  if (!isObject(body)) return err('the body must be an object: {"id": …, "hostname": …}');
  const { id } = body;
  if (typeof id !== 'string' || id === '') return err('id is missing: a name for this login');
  const fields = new Map<string, HoconValue>();
  for (const [name, value] of Object.entries(body)) {
    const isScalar = ['string', 'number', 'boolean'].includes(typeof value);
    if (name !== 'id' && isScalar) fields.set(name, literalValue(value as string, origin));
  }
  const findings = new Findings();
  const configs = { kind: 'object', fields: new Map([[id, object(fields)]]), origin } as const;
  const [client] = readXmppClients(configs, 'login', findings);
  if (findings.problems.length > 0) return err(new ConfigError(findings.problems).message);
  if (client) return ok(client);
  return err(findings.warnings.map(({ message }) => message).join('; '));
}

function object(fields: ReadonlyMap<string, HoconValue>): HoconValue {
  return { kind: 'object', fields, origin };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
