import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/base/secret.ts';
import {
  mediaAddresses,
  type AdvertisedAddress,
} from '../../../src/config/addresses/media-addresses.ts';
import type { BridgeConfig } from '../../../src/config/bridge-config.ts';
import type { ConfigWarning } from '../../../src/config/findings.ts';
import { parseBandwidthBps } from '../../../src/config/hocon/bandwidth.ts';
import { parseDurationMs } from '../../../src/config/hocon/duration.ts';
import { loadConfig, type LoadedConfig } from '../../../src/config/load-config.ts';
import { settings, type SettingKey } from '../../../src/config/settings/settings.ts';
import type { XmppClientConfig } from '../../../src/config/xmpp-config.ts';

type ListenInfo = {
  readonly protocol: string;
  readonly ip: string;
  readonly port: number;
  readonly announcedAddress?: string;
  readonly exposeInternalIp?: boolean;
};

type Diagnostic = Pick<ConfigWarning, 'level' | 'code' | 'key'>;

type Expected = {
  readonly inputs: {
    readonly hostAddresses: Readonly<Record<string, readonly string[]>>;
    readonly stunReplies?: Readonly<Record<string, string>>;
  };
  readonly xmppClients?: Readonly<Record<string, Record<string, unknown>>>;
  readonly xmppComponent?: Record<string, unknown>;
  readonly effective: Readonly<Record<string, unknown>>;
  readonly advertisedWebSocketUrlPrefix?: readonly string[];
  readonly listenInfos: readonly ListenInfo[];
  readonly extraSignalledCandidates?: readonly Record<string, unknown>[];
  readonly diagnostics: readonly Diagnostic[];
};

/** How each installation starts its bridge, and where its files stand there. */
const samples = {
  '1-component-2018': { folder: '/etc/jitsi/videobridge', argv: [] },
  '2-debian-current': { folder: '/etc/jitsi/videobridge', argv: [] },
  '2b-debian-2021-upgraded': { folder: '/etc/jitsi/videobridge', argv: [] },
  '3-docker-rendered': {
    folder: '/run/jvb/config',
    argv: [
      '-Dconfig.file=/run/jvb/config/jvb.conf',
      '-Dnet.java.sip.communicator.SC_HOME_DIR_LOCATION=/run/jvb',
      '-Dnet.java.sip.communicator.SC_HOME_DIR_NAME=config',
    ],
  },
  '3b-docker-2021': { folder: '/config', argv: ['--config', '/config/jvb.conf'] },
  '4-integration-guide': { folder: '/srv', argv: ['--config=/srv/jvb.conf'] },
} as const;
type Sample = keyof typeof samples;

/** Where what we tell differs from the samples, and why. */
type Deliberate = {
  readonly extra: readonly Diagnostic[];
  readonly candidates?: Expected['extraSignalledCandidates'];
};
const deliberate: Partial<Record<Sample, Deliberate>> = {
  // HTTPS is not served yet; that the port is media's as well is told, too.
  '1-component-2018': {
    extra: [
      {
        level: 'warn',
        code: 'unsupported',
        key: 'org.jitsi.videobridge.rest.jetty.sslContextFactory.keyStorePath',
      },
    ],
  },
  // Told wherever the singular form is used; the samples tell it in one of three.
  '2b-debian-2021-upgraded': {
    extra: [{ level: 'info', code: 'legacy-name', key: 'videobridge.websockets.domain' }],
  },
  // Relays do not exist yet, and saying so beats silence.
  '3-docker-rendered': {
    extra: [{ level: 'warn', code: 'unsupported', key: 'videobridge.relay.enabled' }],
  },
  '3b-docker-2021': {
    extra: [
      { level: 'info', code: 'legacy-name', key: 'videobridge.websockets.domain' },
      { level: 'warn', code: 'unsupported', key: 'videobridge.octo.enabled' },
    ],
    // ice.tcp.mapped-port is among the settings of this sample, its candidates are not.
    candidates: [
      { protocol: 'tcp', ip: '172.18.0.5', port: 443, type: 'srflx' },
      { protocol: 'tcp', ip: '203.0.113.10', port: 443, type: 'srflx' },
    ],
  },
};

const fixtures = fileURLToPath(new URL('../../fixtures/config/samples/', import.meta.url));

/** Any key store is one of JDK 8. */
const oldKeyStore = () => Buffer.from('feedfeed', 'hex');

function load(name: Sample): LoadedConfig {
  const { folder, argv } = samples[name];
  const readFile = (path: string): string | undefined => {
    if (!path.startsWith(`${folder}/`)) return undefined;
    const file = `${fixtures}${name}/${path.slice(folder.length + 1)}`;
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const loaded = loadConfig({ argv, env: {}, readFile, readBytes: oldKeyStore });
  if (!loaded.ok) throw loaded.error;
  return loaded.value;
}

describe.each(Object.keys(samples) as Sample[])('%s', (name) => {
  const expected = JSON.parse(readFileSync(`${fixtures}${name}/expected.json`, 'utf8')) as Expected;
  const { config, settings: effective, warnings } = load(name);
  const addresses = addressesOf(config, expected.inputs);

  test('XMPP logins', () => {
    const clients = Object.fromEntries(config.xmpp.clients.map(projectClient));
    // 3b has a login, which its expectations leave out.
    if (expected.xmppClients) expect(clients).toEqual(expected.xmppClients);
    else expect(Object.keys(clients)).toEqual(name === '3b-docker-2021' ? ['shard'] : []);
    expect(projectComponent(config)).toEqual(expected.xmppComponent);
  });

  test('effective settings', () => {
    for (const [key, value] of Object.entries(expected.effective)) {
      expect({ [key]: project(key, { config, settings: effective, warnings }) }).toEqual({
        [key]: convert(key, value),
      });
    }
  });

  test('WebSocket URLs', () => {
    expect(webSocketPrefixes(config)).toEqual(expected.advertisedWebSocketUrlPrefix ?? []);
  });

  test('listening and signalled addresses', () => {
    const { listenInfos, extra } = projectAddresses(addresses.advertise);
    // TCP candidates are on by default, other than in the JVB.
    const usesTcp = expected.listenInfos.some(({ protocol }) => protocol === 'tcp');
    const own = usesTcp
      ? []
      : expected.listenInfos.map((info) => ({ ...info, protocol: 'tcp', port: 4443 }));
    expect(listenInfos).toEqual([...expected.listenInfos, ...own]);
    const wanted = expected.extraSignalledCandidates ?? deliberate[name]?.candidates ?? [];
    expect(extra).toEqual(
      wanted.map(({ protocol, ip, port, type }) => ({
        protocol,
        ip,
        port,
        type,
      })),
    );
  });

  test('diagnostics', () => {
    const told = [...warnings, ...addresses.warnings].map(({ level, code, key }) =>
      [level, code, key].join(' '),
    );
    const wanted = [...expected.diagnostics, ...(deliberate[name]?.extra ?? [])].map(
      ({ level, code, key }) => [level, code, key].join(' '),
    );
    expect(told.toSorted()).toEqual(wanted.toSorted());
  });
});

function projectClient(client: XmppClientConfig): [string, Record<string, unknown>] {
  const { id, password, ...rest } = client;
  return [id, { ...rest, password: password.reveal() }];
}

function projectComponent({ xmpp }: BridgeConfig): Record<string, unknown> | undefined {
  if (!xmpp.component) return undefined;
  const { host, port, domain, subdomain, jid, secret } = xmpp.component;
  return { host, port, domain, subdomain, jid, secret: secret.reveal() };
}

/** Expected durations and lists of servers in the form we keep them. */
function convert(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !(key in settings)) return value;
  const { expected } = settings[key as SettingKey].reader;
  if (expected.startsWith('a duration')) return parseDurationMs(value);
  if (expected.startsWith('a bandwidth')) return parseBandwidthBps(value);
  return value;
}

type Loaded = Pick<LoadedConfig, 'config' | 'settings' | 'warnings'>;

function project(key: string, { config, settings: effective, warnings }: Loaded): unknown {
  switch (key) {
    case 'videobridge.websockets.domains':
      return config.websockets.domains;
    case 'legacy.authorizedSourceRegexp':
      return config.xmpp.component?.authorizedSource?.source
        .replace(/^\^\(\?:(.*)\)\$$/, '$1')
        .replaceAll('\\/', '/');
    case 'legacy.tcp': {
      const ssltcp = warnings.some((warning) => /ssltcp$/i.test(warning.key));
      const { port, mappedPort = null } = config.ice.tcp ?? {};
      return { enabled: config.ice.tcp !== undefined, port, mappedPort, ssltcp };
    }
    case 'ice4j.harvest.mapping.static-mappings':
      return config.ice.addresses.staticMappings.map(({ localAddress, publicAddress }) => ({
        'local-address': localAddress,
        'public-address': publicAddress,
      }));
    case 'ice4j.harvest.mapping.stun.addresses':
      return config.ice.addresses.stunServers.map(({ host, port }) => `${host}:${port}`);
    default: {
      const value = effective.get(key as SettingKey);
      return value instanceof Secret ? value.reveal() : value;
    }
  }
}

function webSocketPrefixes({ websockets }: BridgeConfig): string[] {
  if (!websockets.enabled) return [];
  const scheme = websockets.tls ? 'wss' : 'ws';
  return websockets.domains.map(
    (domain) => `${scheme}://${domain}/colibri-ws/${websockets.serverId}/`,
  );
}

function addressesOf({ ice }: BridgeConfig, inputs: Expected['inputs']) {
  const interfaces = Object.entries(inputs.hostAddresses).map(([name, addresses]) => ({
    name,
    addresses,
  }));
  const { listen } = mediaAddresses(interfaces, ice);
  const replies = Object.values(inputs.stunReplies ?? {});
  const discovered = replies.flatMap((publicAddress) =>
    listen.map((localAddress) => ({ localAddress, publicAddress })),
  );
  return mediaAddresses(interfaces, ice, {
    mappings: [...ice.addresses.staticMappings, ...discovered],
    stunAnswers: replies.length,
  });
}

/** The table as mediasoup would be told with one announced address a socket, and what is left over. */
function projectAddresses(advertise: readonly AdvertisedAddress[]) {
  const listenInfos: ListenInfo[] = [];
  const extra: Record<string, unknown>[] = [];
  const announced = new Set<string>();
  for (const { protocol, type, ip, port = 0, relatedAddress, relatedPort } of advertise) {
    if (type === 'host') {
      listenInfos.push({ protocol, ip, port });
      continue;
    }
    const socket = `${protocol} ${relatedAddress ?? ''}`;
    const at = listenInfos.findIndex((info) => `${info.protocol} ${info.ip}` === socket);
    if (port === relatedPort && !announced.has(socket)) {
      announced.add(socket);
      listenInfos[at] = { ...listenInfos[at]!, announcedAddress: ip, exposeInternalIp: true };
    } else extra.push({ protocol, ip, port, type });
  }
  return { listenInfos, extra };
}
