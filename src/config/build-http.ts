import type { BridgeConfig, HttpServerConfig, WebSocketConfig } from './bridge-config.ts';
import type { ServerName, TlsOutcome } from './build-tls.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { Findings } from './findings.ts';

/** What became of the key stores. */
export type ServersTls = Readonly<Record<ServerName, TlsOutcome>>;

export function buildHttp(settings: EffectiveSettings, tls: ServersTls): BridgeConfig['http'] {
  const privateServer = buildServer(settings, 'private', tls.private);
  const publicServer = buildServer(settings, 'public', tls.public);
  return {
    ...(privateServer && { private: privateServer }),
    ...(publicServer && { public: publicServer }),
  };
}

/** With a key store that cannot be used the public server is off and the private one plain, for this machine only. */
function buildServer(
  settings: EffectiveSettings,
  name: ServerName,
  tls: TlsOutcome,
): HttpServerConfig | undefined {
  if (tls === 'unusable') {
    const port = settings.get(`videobridge.http-servers.${name}.port`);
    return name === 'public' || port === -1 ? undefined : { host: '127.0.0.1', port };
  }
  const port = serverPort(settings, name);
  if (port === undefined) return undefined;
  const host = settings.get(`videobridge.http-servers.${name}.host`);
  return { ...(host !== undefined && { host }), port, ...(tls && { tls }) };
}

/** A key store switches a server to TLS and to its other port; -1 there means off. */
export function serverPort(settings: EffectiveSettings, name: ServerName): number | undefined {
  const port = settings.get(serverPortKey(settings, name));
  return port === -1 ? undefined : port;
}

/** The key of the port that counts. */
export function serverPortKey(settings: EffectiveSettings, name: ServerName) {
  const kind = hasKeyStore(settings, name) ? 'tls-port' : 'port';
  return `videobridge.http-servers.${name}.${kind}` as const;
}

function hasKeyStore(settings: EffectiveSettings, name: ServerName): boolean {
  return settings.get(`videobridge.http-servers.${name}.key-store-path`) !== undefined;
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
  return {
    enabled: wanted && publicServer !== undefined,
    domains,
    serverId: settings.get('videobridge.websockets.server-id'),
    tls: settings.get('videobridge.websockets.tls') ?? hasKeyStore(settings, 'public'),
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
