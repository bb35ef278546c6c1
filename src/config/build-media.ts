import type { DtlsConfig, KeyframeConfig } from './bridge-config.ts';
import type { CongestionConfig } from './congestion-config.ts';
import type { EffectiveSettings } from './effective-settings.ts';
import type { AddressConfig, IceConfig, IceTcpConfig } from './ice-config.ts';

/** mediasoup watches consent checks of the client, which come every 4 to 6 s (RFC 7675 §5.1). */
const defaultConsentTimeoutMs = 30_000;
const leastConsentTimeoutMs = 15_000;

export function buildIce(settings: EffectiveSettings): IceConfig {
  const tcp = buildTcp(settings);
  const restartTimeout = settings.get('videobridge.ice.restart.timeout');
  return {
    udpPort: settings.get('videobridge.ice.udp.port'),
    ...(tcp && { tcp }),
    advertisePrivateCandidates: settings.get('videobridge.ice.advertise-private-candidates'),
    restart: settings.get('videobridge.ice.restart.enabled') && restartTimeout > 0,
    consentTimeoutMs: consentTimeout(settings),
    receiveBufferBytes: settings.get('ice4j.harvest.udp.receive-buffer-size'),
    addresses: buildAddresses(settings),
  };
}

function buildTcp(settings: EffectiveSettings): IceTcpConfig | undefined {
  if (!settings.get('trestle.ice.tcp.enabled')) return undefined;
  const mappedPort = settings.get('trestle.ice.tcp.mapped-port');
  return {
    port: settings.get('trestle.ice.tcp.port'),
    ...(mappedPort !== undefined && { mappedPort }),
  };
}

function consentTimeout(settings: EffectiveSettings): number {
  const keys = [
    'ice4j.consent-freshness.interval',
    'ice4j.consent-freshness.max-wait-interval',
    'ice4j.consent-freshness.max-retransmissions',
  ] as const;
  if (!keys.some((key) => settings.isSet(key))) return defaultConsentTimeoutMs;
  const [interval, wait, retransmissions] = keys.map((key) => settings.get(key));
  return Math.max(leastConsentTimeoutMs, (interval ?? 0) + (wait ?? 0) * (retransmissions ?? 0));
}

function buildAddresses(settings: EffectiveSettings): AddressConfig {
  return {
    ipv6: settings.get('ice4j.harvest.use-ipv6'),
    linkLocal: settings.get('ice4j.harvest.use-link-local-addresses'),
    loopback: settings.get('trestle.ice.loopback'),
    allowedAddresses: settings.get('ice4j.harvest.allowed-addresses'),
    blockedAddresses: settings.get('ice4j.harvest.blocked-addresses'),
    allowedInterfaces: settings.get('ice4j.harvest.allowed-interfaces'),
    blockedInterfaces: settings.get('ice4j.harvest.blocked-interfaces'),
    staticMappings: settings.get('ice4j.harvest.mapping.static-mappings'),
    stunServers: settings.get('ice4j.harvest.mapping.stun.addresses'),
    aws: settings.get('ice4j.harvest.mapping.aws.enabled'),
    discoveryTimeoutMs: settings.get('ice4j.harvest.timeout'),
  };
}

export function buildDtls(settings: EffectiveSettings): DtlsConfig {
  return {
    handshakeTimeoutMs: settings.get('jmt.dtls.handshake-timeout'),
    localFingerprintHash: settings.get('jmt.dtls.local-fingerprint-hash-function'),
    acceptedFingerprintHashes: settings.get('jmt.dtls.accepted-fingerprint-hash-functions'),
  };
}

export function buildKeyframes(settings: EffectiveSettings): KeyframeConfig {
  return {
    perReceiver: {
      minIntervalMs: settings.get('jmt.keyframe.min-interval'),
      maxRequests: settings.get('jmt.keyframe.max-requests'),
      windowMs: settings.get('jmt.keyframe.max-request-interval'),
    },
    perSource: {
      minIntervalMs: settings.get('jmt.keyframe.source-wide-min-interval'),
      maxRequests: settings.get('jmt.keyframe.source-wide-max-requests'),
      windowMs: settings.get('jmt.keyframe.source-wide-max-request-interval'),
    },
  };
}

export function buildCongestion(settings: EffectiveSettings): CongestionConfig {
  const assumed = settings.get('videobridge.cc.assumed-bandwidth-limit');
  return {
    bweChangeThreshold: settings.get('videobridge.cc.bwe-change-threshold'),
    defaultMaxHeight: settings.get('videobridge.cc.default-max-height-px'),
    initialMaxHeight: settings.get('videobridge.cc.initial-max-height-px'),
    onstagePreferredHeight: settings.get('videobridge.cc.onstage-preferred-height-px'),
    onstagePreferredFrameRate: settings.get('videobridge.cc.onstage-preferred-framerate'),
    allowOversendOnstage: settings.get('videobridge.cc.allow-oversend-onstage'),
    maxOversendBps: settings.get('videobridge.cc.max-oversend-bitrate'),
    trustBwe: settings.get('videobridge.cc.trust-bwe'),
    maxTimeBetweenCalculationsMs: settings.get('videobridge.cc.max-time-between-calculations'),
    jvbLastN: settings.get('videobridge.cc.jvb-last-n'),
    initialLastN: settings.get('videobridge.cc.initial-last-n'),
    ...(assumed !== undefined && { assumedBandwidthLimitBps: assumed }),
    initialIgnoreBweMs:
      settings.get('videobridge.cc.initial-ignore-bwe-period') ??
      settings.get('jmt.bwe.estimator.GoogleCc2.default-initial-ignore-bwe-period'),
    estimator: {
      initialBps: settings.get('jmt.bwe.estimator.initial-bw'),
      minBps: floorBps(settings.get('jmt.bwe.estimator.min-bw')),
      maxBps: settings.get('jmt.bwe.estimator.max-bw'),
    },
  };
}

/** mediasoup takes no floor or one of 30 kbit/s and more. */
function floorBps(minBps: number): number {
  return minBps === 0 ? 0 : Math.max(minBps, 30_000);
}
