import { availableParallelism } from 'node:os';
import type { BridgeConfig, WorkerConfig } from './bridge-config.ts';
import { buildHttp, buildWebSockets, type ServersTls } from './build-http.ts';
import { buildCongestion, buildDtls, buildIce, buildKeyframes } from './build-media.ts';
import {
  buildConference,
  buildHealth,
  buildLoad,
  buildRest,
  buildShutdown,
  buildSpeakers,
  buildVersion,
} from './build-operation.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { Findings } from './findings.ts';
import type { XmppLogins } from './read-logins.ts';
import type { XmppConfig } from './xmpp-config.ts';

/** The configuration that settings and logins give; what does not fit together goes to `findings`. */
export function buildConfig(
  settings: EffectiveSettings,
  { logins, tls }: { readonly logins: XmppLogins; readonly tls: ServersTls },
  findings: Findings,
): BridgeConfig {
  const http = buildHttp(settings, tls);
  return {
    xmpp: buildXmpp(settings, logins),
    rest: buildRest(settings),
    http,
    websockets: buildWebSockets(settings, http.public, findings),
    sctp: { enabled: settings.get('videobridge.sctp.enabled') },
    ice: buildIce(settings),
    dtls: buildDtls(settings),
    relay: buildRelay(settings),
    congestion: buildCongestion(settings),
    keyframes: buildKeyframes(settings),
    speakers: buildSpeakers(settings),
    conference: buildConference(settings),
    health: buildHealth(settings),
    shutdown: buildShutdown(settings),
    load: buildLoad(settings),
    stats: { intervalMs: settings.get('videobridge.stats.interval') },
    version: buildVersion(settings),
    redact: {
      remoteAddresses:
        settings.get('ice4j.redact-remote-addresses') ??
        settings.get('videobridge.redact-remote-addresses'),
      httpHeaders: settings.get('videobridge.redact-colibri-http-headers'),
    },
    worker: buildWorker(settings),
    log: {
      level: settings.get('trestle.log.level'),
      format: settings.get('trestle.log.format'),
    },
  };
}

function buildXmpp(settings: EffectiveSettings, logins: XmppLogins): XmppConfig {
  return {
    ...logins,
    presenceIntervalMs: settings.get('videobridge.apis.xmpp-client.presence-interval'),
    ...(settings.get('videobridge.apis.xmpp-client.stats-filter.enabled') && {
      presenceStats: settings.get('videobridge.apis.xmpp-client.stats-filter.whitelist'),
    }),
  };
}

function buildRelay(settings: EffectiveSettings): BridgeConfig['relay'] {
  const region = settings.get('videobridge.relay.region');
  const relayId = settings.get('videobridge.relay.relay-id');
  return {
    enabled: settings.get('videobridge.relay.enabled'),
    ...(region !== undefined && { region }),
    ...(relayId !== undefined && { relayId }),
  };
}

function buildWorker(settings: EffectiveSettings): WorkerConfig {
  const binary = settings.get('trestle.worker.binary');
  const count = settings.get('trestle.workers');
  const endpoints = settings.get('trestle.worker.endpoints-per-conference');
  return {
    count: count === 0 ? availableParallelism() : count,
    placement: {
      cpuCeiling: settings.get('trestle.worker.cpu-ceiling'),
      endpointsPerConference: endpoints === 0 ? Infinity : endpoints,
    },
    ...(binary !== undefined && { binary }),
  };
}
