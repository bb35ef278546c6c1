import type { BridgeConfig } from './bridge-config.ts';
import { serverPort, serverPortKey } from './build-http.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { Findings, WarningCode } from './findings.ts';
import type { SettingKey } from './settings/settings.ts';

/** Looks at settings together: what contradicts is a problem, what is doubtful a warning. */
export function checkConfig(
  config: BridgeConfig,
  settings: EffectiveSettings,
  findings: Findings,
): BridgeConfig {
  const checks = new Checks(settings, findings);
  checks.health(config);
  checks.estimator(config);
  checks.relay(config);
  checks.rest(config);
  checks.exposure(config);
  checks.webSockets(config);
  const result = checks.ports(config);
  checks.idle(result);
  return result;
}

/** The least mediasoup takes as a floor of outgoing bit rate, besides none. */
const leastFloorBps = 30_000;

class Checks {
  readonly #settings: EffectiveSettings;
  readonly #findings: Findings;

  constructor(settings: EffectiveSettings, findings: Findings) {
    this.#settings = settings;
    this.#findings = findings;
  }

  health({ health }: BridgeConfig): void {
    if (health.timeoutMs > health.intervalMs) return;
    const timeout = 'videobridge.health.timeout';
    this.#fail(
      this.#settings.isSet(timeout) ? timeout : 'videobridge.health.interval',
      `the timeout (${health.timeoutMs} ms) has to be longer than the interval (${health.intervalMs} ms)`,
    );
  }

  estimator({ congestion }: BridgeConfig): void {
    const { maxBps } = congestion.estimator;
    const minBps = this.#settings.get('jmt.bwe.estimator.min-bw');
    if (minBps > maxBps) {
      this.#fail('jmt.bwe.estimator.min-bw', `has to be at most max-bw (${maxBps} bps)`);
    } else if (minBps > 0 && minBps < leastFloorBps) {
      this.#warn(
        'jmt.bwe.estimator.min-bw',
        'unsupported',
        'cannot be below 30 kbps, which is used',
      );
    }
  }

  relay({ relay }: BridgeConfig): void {
    if (!relay.enabled) return;
    if (relay.relayId === undefined || relay.relayId === '') {
      this.#fail('videobridge.relay.enabled', 'needs a unique videobridge.relay.relay-id');
      return;
    }
    this.#warn(
      'videobridge.relay.enabled',
      'unsupported',
      'connections to other bridges are not there yet: every conference stays on one bridge',
    );
  }

  rest({ rest }: BridgeConfig): void {
    const key = 'videobridge.rest.shutdown.enabled';
    if (rest.colibri || !this.#settings.get(key)) return;
    this.#warn(key, 'ineffective', 'has no effect without videobridge.apis.rest.enabled');
  }

  exposure({ http }: BridgeConfig): void {
    const host = http.private?.host;
    if (!http.private || (host !== undefined && !['0.0.0.0', '::', ''].includes(host))) return;
    this.#findings.add({
      level: 'info',
      code: 'exposed',
      key: 'videobridge.http-servers.private.host',
      message: 'the control interface is open to whoever reaches this machine; it has no login',
      ...this.#at('videobridge.http-servers.private.host'),
    });
  }

  webSockets({ websockets }: BridgeConfig): void {
    const { serverId, domains, enabled } = websockets;
    if (!/^[\w.~:@!-]+$/.test(serverId) && !serverId.includes('${')) {
      this.#warn(
        'videobridge.websockets.server-id',
        'unsupported',
        'becomes part of a URL; use letters, digits, dots and dashes only',
      );
    }
    if (enabled && domains.length === 0) {
      this.#warn(
        'videobridge.websockets.enabled',
        'ineffective',
        'no URL is advertised without videobridge.websockets.domains',
      );
    }
    if (this.#settings.get('videobridge.websockets.domain') === undefined) return;
    this.#findings.add({
      level: 'info',
      code: 'legacy-name',
      key: this.#settings.written('videobridge.websockets.domain'),
      message: 'is the singular form, still read; the list is videobridge.websockets.domains',
      ...this.#at('videobridge.websockets.domain'),
    });
  }

  /**
   * Old bridges served HTTPS and ICE on one TCP port, the worker cannot. What was asked for stays; where both
   * were, media does.
   */
  ports(config: BridgeConfig): BridgeConfig {
    const { public: publicServer, ...others } = config.http;
    const { tcp, ...withoutTcp } = config.ice;
    const port = serverPort(this.#settings, 'public');
    if (port === undefined || port === 0 || port !== tcp?.port) return config;
    if (!this.#settings.isSet('trestle.ice.tcp.port')) {
      if (!publicServer) return config;
      const message = this.#sharedPort(port, 'no TCP candidates are offered');
      this.#warn('trestle.ice.tcp.port', 'port-conflict', message);
      return { ...config, ice: withoutTcp };
    }
    const key = serverPortKey(this.#settings, 'public');
    this.#warn(key, 'port-conflict', this.#sharedPort(port, 'this HTTP server is off'));
    const websockets = { ...config.websockets, enabled: false };
    return { ...config, http: others, websockets };
  }

  idle({ xmpp, rest, http }: BridgeConfig): void {
    const driven = rest.colibri && http.private !== undefined;
    if (xmpp.clients.length > 0 || xmpp.component || driven) return;
    this.#findings.add({
      level: 'warn',
      code: 'idle',
      key: 'videobridge.apis',
      message:
        'nobody can drive this bridge: there is no XMPP login, no component and no REST interface',
    });
  }

  #sharedPort(port: number, consequence: string): string {
    return `port ${port} is the TCP port of media as well, so ${consequence}; choose another`;
  }

  #fail(key: SettingKey, message: string): void {
    this.#findings.fail({ key: this.#settings.written(key), message, ...this.#at(key) });
  }

  #warn(key: SettingKey, code: WarningCode, message: string): void {
    const written = this.#settings.written(key);
    this.#findings.add({ level: 'warn', code, key: written, message, ...this.#at(key) });
  }

  #at(key: SettingKey) {
    const origin = this.#settings.isSet(key) ? this.#settings.origin(key) : undefined;
    return origin ? { origin } : {};
  }
}
