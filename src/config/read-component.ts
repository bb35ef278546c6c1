import { Secret } from '../base/secret.ts';
import type { Findings } from './findings.ts';
import { literalValue } from './literal-value.ts';
import { port } from './reader.ts';
import type { Assignment, Assignments } from './sources/assignment.ts';
import type { ComponentFlag } from './sources/command-line.ts';
import type { XmppComponentConfig } from './xmpp-config.ts';

type Flags = ReadonlyMap<ComponentFlag, Assignment>;

const jitsi = 'org.jitsi.videobridge.';
/** Of `defaultOptions`: whoever asks is allowed (colibri1.md §5.6). */
const anyFocusBit = 2;
const defaultPort = 5275;
const defaultSubdomain = 'jitsi-videobridge';

/** Whether flags ask for an interface: `--apis` is searched for its name; the default is xmpp alone. */
export function asksForApi(flags: Flags, api: 'xmpp' | 'rest'): boolean {
  return (flags.get('apis')?.text ?? 'xmpp').includes(api);
}

/** The XEP-0114 component that flags describe: a secret, a domain and the interface xmpp. */
export function readComponent(
  flags: Flags,
  properties: Assignments,
  findings: Findings,
): XmppComponentConfig | undefined {
  const secret = flags.get('secret');
  const domain = flags.get('domain')?.text;
  if (!secret || domain === undefined || !asksForApi(flags, 'xmpp')) return undefined;
  const subdomain = flags.get('subdomain')?.text ?? defaultSubdomain;
  const sources = readSources(properties, findings);
  if (!sources.authorizedSource) warnOfEveryone(secret, findings);
  warnOfPorts(flags, findings);
  const host = flags.get('host')?.text ?? domain;
  return {
    host,
    port: readPort(flags, findings),
    domain,
    subdomain,
    jid: `${subdomain}.${domain}`,
    secret: new Secret(secret.text),
    ...sources,
    ...readPubSub(properties, findings),
  };
}

function readSources(
  properties: Assignments,
  findings: Findings,
): Pick<XmppComponentConfig, 'authorizedSource' | 'shutdownSource'> {
  const options = Number(properties.get(`${jitsi}defaultOptions`)?.text);
  const anybody = Number.isInteger(options) && (options & anyFocusBit) !== 0;
  const pattern = readPattern('AUTHORIZED_SOURCE_REGEXP', properties, findings);
  const authorizedSource = anybody ? undefined : pattern;
  const shutdownSource =
    readPattern('shutdown.ALLOWED_SOURCE_REGEXP', properties, findings) ?? pattern;
  return {
    ...(authorizedSource && { authorizedSource }),
    ...(shutdownSource && { shutdownSource }),
  };
}

function readPort(flags: Flags, findings: Findings): number {
  const given = flags.get('port');
  if (!given) return defaultPort;
  const reading = port.read(literalValue(given.text, given.origin));
  if (reading.ok) return reading.value;
  findings.fail({ key: '--port', origin: given.origin, message: `expected ${port.expected}` });
  return defaultPort;
}

/** Java matches the whole text. */
function readPattern(
  name: string,
  properties: Assignments,
  findings: Findings,
): RegExp | undefined {
  const property = properties.get(`${jitsi}${name}`);
  if (!property) return undefined;
  try {
    return new RegExp(`^(?:${property.text})$`);
  } catch {
    const message =
      'expected a regular expression for whole JIDs, for example focus@auth\\.example\\.org/.*';
    findings.fail({ key: `${jitsi}${name}`, origin: property.origin, message });
    return undefined;
  }
}

/** Both names, where statistics are to go there. */
function readPubSub(
  properties: Assignments,
  findings: Findings,
): Pick<XmppComponentConfig, 'pubSub'> {
  if (!readTransports(properties, findings).includes('pubsub')) return {};
  const service = properties.get(`${jitsi}PUBSUB_SERVICE`);
  const node = properties.get(`${jitsi}PUBSUB_NODE`);
  if (service && node) return { pubSub: { service: service.text, node: node.text } };
  const key = `${jitsi}${service ? 'PUBSUB_NODE' : 'PUBSUB_SERVICE'}`;
  const message = 'is not set, so statistics are not published over PubSub';
  const origin = properties.get(`${jitsi}STATISTICS_TRANSPORT`)?.origin;
  findings.add({ level: 'warn', code: 'incomplete', key, message, ...(origin && { origin }) });
  return {};
}

/**
 * `colibri` pushes statistics to a focus that has no use for them and answers each with an error (colibri1.md
 * §2.9); it is not done, and needs no word.
 */
function readTransports(properties: Assignments, findings: Findings): string[] {
  const key = `${jitsi}STATISTICS_TRANSPORT`;
  const property = properties.get(key);
  const isOn = properties.get(`${jitsi}ENABLE_STATISTICS`)?.text.toLowerCase() === 'true';
  if (!property || !isOn) return [];
  const { origin } = property;
  const transports = property.text.split(',').map((item) => item.trim());
  for (const transport of transports) {
    if (transport === 'muc') {
      const message = 'there is no login that joins a room to publish to';
      findings.add({ level: 'ignore', code: 'no-muc-configured', key, message, origin });
    } else if (transport !== 'colibri' && transport !== 'pubsub' && transport !== '') {
      const message = `statistics do not go to ${transport}; read /colibri/stats or /metrics`;
      findings.add({ level: 'warn', code: 'unsupported', key, message, origin });
    }
  }
  return transports;
}

function warnOfEveryone({ origin }: Assignment, findings: Findings): void {
  findings.add({
    level: 'warn',
    code: 'insecure',
    key: `${jitsi}AUTHORIZED_SOURCE_REGEXP`,
    message:
      'is not set, so whoever can reach the component may drive the bridge; set it to the focus, for example focus@auth\\.example\\.org/.*',
    origin,
  });
}

function warnOfPorts(flags: Flags, findings: Findings): void {
  for (const flag of ['min-port', 'max-port'] as const) {
    const given = flags.get(flag);
    if (!given) continue;
    findings.add({
      level: 'warn',
      code: 'unsupported',
      key: `--${flag}`,
      message: 'all media uses the one port of videobridge.ice.udp.port',
      origin: given.origin,
    });
  }
}
