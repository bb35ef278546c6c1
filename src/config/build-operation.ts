import type {
  ConferenceConfig,
  HealthConfig,
  LoadConfig,
  RestConfig,
  ShutdownConfig,
  SpeakerConfig,
  VersionConfig,
} from './bridge-config.ts';
import type { EffectiveSettings } from './effective-settings.ts';

export function buildRest(settings: EffectiveSettings): RestConfig {
  const colibri = settings.get('videobridge.apis.rest.enabled');
  return {
    colibri,
    shutdown: colibri && settings.get('videobridge.rest.shutdown.enabled'),
    debug: settings.get('videobridge.rest.debug.enabled'),
    drain: settings.get('videobridge.rest.drain.enabled'),
    health: settings.get('videobridge.rest.health.enabled'),
    prometheus: settings.get('videobridge.rest.prometheus.enabled'),
    rtcstats: settings.get('videobridge.rest.rtcstats.enabled'),
    version: settings.get('videobridge.rest.version.enabled'),
  };
}

export function buildConference(settings: EffectiveSettings): ConferenceConfig {
  const statsInterval = settings.get('videobridge.connection-stats.interval');
  return {
    expireAfterMs: settings.get('videobridge.entity-expiration.timeout'),
    expireCheckIntervalMs: settings.get('videobridge.entity-expiration.check-interval'),
    connectivity: {
      firstTransferTimeoutMs: settings.get(
        'videobridge.ep-connection-status.first-transfer-timeout',
      ),
      maxInactivityMs: settings.get('videobridge.ep-connection-status.max-inactivity-limit'),
      checkIntervalMs: settings.get('videobridge.ep-connection-status.check-interval'),
    },
    ssrcLimit: {
      video: settings.get('videobridge.ssrc-limit.video'),
      audio: settings.get('videobridge.ssrc-limit.audio'),
    },
    ...(settings.get('videobridge.connection-stats.enabled') && {
      connectionStatsIntervalMs: statsInterval,
    }),
    statsFilterThreshold: settings.get('videobridge.stats-filter-threshold'),
  };
}

export function buildSpeakers(settings: EffectiveSettings): SpeakerConfig {
  return {
    recentSpeakers: settings.get('videobridge.speech-activity.recent-speakers-count'),
    silenceDetection: settings.get('videobridge.speech-activity.enable-silence-detection'),
    silenceTimeoutMs: settings.get('videobridge.speech-activity.silence-detection-timeout'),
    routeLoudestOnly: settings.get('videobridge.loudest.route-loudest-only'),
    numLoudest: settings.get('videobridge.loudest.num-loudest'),
    alwaysRouteDominant: settings.get('videobridge.loudest.always-route-dominant'),
    energyExpireMs: settings.get('videobridge.loudest.energy-expire-time'),
    energyAlphaPct: settings.get('videobridge.loudest.energy-alpha-pct'),
  };
}

export function buildHealth(settings: EffectiveSettings): HealthConfig {
  return {
    intervalMs: settings.get('videobridge.health.interval'),
    timeoutMs: settings.get('videobridge.health.timeout'),
    maxCheckDurationMs: settings.get('videobridge.health.max-check-duration'),
    stickyFailures: settings.get('videobridge.health.sticky-failures'),
    requireValidAddress: settings.get('videobridge.health.require-valid-address'),
    requireStun: settings.get('videobridge.health.require-stun'),
    maxLinkOutageMs: settings.get('trestle.health.max-link-outage') || Infinity,
  };
}

export function buildShutdown(settings: EffectiveSettings): ShutdownConfig {
  return {
    gracefulMaxDurationMs: settings.get('videobridge.shutdown.graceful-shutdown-max-duration'),
    gracefulMinParticipants: settings.get(
      'videobridge.shutdown.graceful-shutdown-min-participants',
    ),
    shuttingDownDelayMs: settings.get('videobridge.shutdown.shutting-down-delay'),
    initialDrainMode: settings.get('videobridge.initial-drain-mode'),
  };
}

const measurements = 'videobridge.load-management.load-measurements';
const reducer = 'videobridge.load-management.load-reducers.last-n';

export function buildLoad(settings: EffectiveSettings): LoadConfig {
  return {
    measurement: settings.get(`${measurements}.load-measurement`),
    packetRate: {
      loadThreshold: settings.get(`${measurements}.packet-rate.load-threshold`),
      recoveryThreshold: settings.get(`${measurements}.packet-rate.recovery-threshold`),
    },
    cpuUsage: {
      loadThreshold: settings.get(`${measurements}.cpu-usage.load-threshold`),
      recoveryThreshold: settings.get(`${measurements}.cpu-usage.recovery-threshold`),
      detectSteal: settings.get(`${measurements}.cpu-usage.detect-cpu-steal`),
    },
    reducer: {
      enabled: settings.get('videobridge.load-management.reducer-enabled'),
      reductionScale: settings.get(`${reducer}.reduction-scale`),
      recoverScale: settings.get(`${reducer}.recover-scale`),
      impactTimeMs: settings.get(`${reducer}.impact-time`),
      minimumLastN: settings.get(`${reducer}.minimum-last-n-value`),
      maximumEnforcedLastN: settings.get(`${reducer}.maximum-enforced-last-n-value`),
    },
    conferenceLastNLimits: settings.get('videobridge.load-management.conference-last-n-limits'),
    averageParticipantStress: settings.get(
      'videobridge.load-management.average-participant-stress',
    ),
  };
}

export function buildVersion(settings: EffectiveSettings): VersionConfig {
  const release = settings.get('videobridge.version.release');
  const override = settings.get('trestle.version');
  return {
    announce: settings.get('videobridge.version.announce'),
    ...(release !== undefined && { release }),
    ...(override !== undefined && { override }),
  };
}
