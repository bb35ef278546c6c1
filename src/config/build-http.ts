import type {
  BridgeConfig,
  HttpServerConfig,
  HttpTlsConfig,
  WebSocketConfig,
} from './bridge-config.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { Findings } from './findings.ts';

type ServerName = 'public' | 'private';

export function buildHttp(settings: EffectiveSettings): BridgeConfig['http'] {
  const privateServer = buildServer(settings, 'private');
  const publicServer = buildServer(settings, 'public');
  return {
    ...(privateServer && { private: privateServer }),
    ...(publicServer && { public: publicServer }),
  };
}

/** A key store switches a server to TLS and to its other port; -1 there means off. */
function buildServer(settings: EffectiveSettings, name: ServerName): HttpServerConfig | undefined {
  const base = `videobridge.http-servers.${name}` as const;
  const tls = buildTls(settings, name);
  const port = settings.get(tls ? `${base}.tls-port` : `${base}.port`);
  if (port === -1) return undefined;
  const host = settings.get(`${base}.host`);
  return {
    ...(host !== undefined && { host }),
    port,
    ...(tls && { tls }),
    sendServerVersion: settings.get(`${base}.send-server-version`),
  };
}

function buildTls(settings: EffectiveSettings, name: ServerName): HttpTlsConfig | undefined {
  const base = `videobridge.http-servers.${name}` as const;
  const keyStorePath = settings.get(`${base}.key-store-path`);
  if (keyStorePath === undefined) return undefined;
  const password = settings.get(`${base}.key-store-password`);
  return {
    keyStorePath,
    ...(password !== undefined && { keyStorePassword: password }),
    needClientAuth: settings.get(`${base}.need-client-auth`),
    protocols: settings.get(`${base}.tls-protocols`),
    cipherSuites: settings.get(`${base}.tls-cipher-suites`),
  };
}

/** WebSockets work only with a public server to accept them. */
export function buildWebSockets(
  settings: EffectiveSettings,
  publicServer: HttpServerConfig | undefined,
  findings: Findings,
): WebSocketConfig {
  const wanted = settings.get('videobridge.websockets.enabled');
  if (wanted && !publicServer) {
    findings.add({
      level: 'warn',
      code: 'ineffective',
      key: 'videobridge.websockets.enabled',
      message:
        'there is no public HTTP server to accept WebSockets, so none is advertised; set videobridge.http-servers.public.port',
      ...originOf(settings, 'videobridge.websockets.enabled'),
    });
  }
  const domains = union(
    settings.get('videobridge.websockets.domain'),
    settings.get('videobridge.websockets.domains'),
  );
  const relayDomains = union(
    settings.get('videobridge.websockets.relay-domain'),
    settings.get('videobridge.websockets.relay-domains'),
  );
  return {
    enabled: wanted && publicServer !== undefined,
    domains,
    relayDomains: relayDomains.length > 0 ? relayDomains : domains,
    serverId: settings.get('videobridge.websockets.server-id'),
    tls: settings.get('videobridge.websockets.tls') ?? publicServer?.tls !== undefined,
    compression: settings.get('videobridge.websockets.enable-compression'),
    idleTimeoutMs: settings.get('videobridge.websockets.idle-timeout'),
    ...(settings.get('videobridge.websockets.send-keepalive-pings') && {
      pingIntervalMs: settings.get('videobridge.websockets.keepalive-ping-interval'),
    }),
  };
}

function union(first: string | undefined, others: readonly string[]): readonly string[] {
  return first === undefined || others.includes(first) ? others : [first, ...others];
}

function originOf(settings: EffectiveSettings, key: Parameters<EffectiveSettings['origin']>[0]) {
  const origin = settings.origin(key);
  return origin ? { origin } : {};
}
