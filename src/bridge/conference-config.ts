import { type ConferenceConfig, defaultConferenceConfig } from '../conference/conference-config.ts';
import type { BridgeConfig } from '../config/bridge-config.ts';

/** What the operator set, in the terms of the conference. */
export function conferenceConfig(config: BridgeConfig, version: string): ConferenceConfig {
  const { congestion, conference, speakers, load } = config;
  const { connectivity } = conference;
  return {
    ...defaultConferenceConfig,
    allocation: {
      onstagePreferredHeightPx: congestion.onstagePreferredHeight,
      onstagePreferredFramerate: congestion.onstagePreferredFrameRate,
      allowOversendOnstage: congestion.allowOversendOnstage,
      maxOversendBps: congestion.maxOversendBps,
    },
    estimate: {
      trustBwe: congestion.trustBwe,
      changeThreshold: congestion.bweChangeThreshold,
      initialIgnorePeriodMs: congestion.initialIgnoreBweMs,
      assumedBandwidthLimitBps: congestion.assumedBandwidthLimitBps,
    },
    initialMaxHeightPx: congestion.initialMaxHeight,
    defaultMaxHeightPx: congestion.defaultMaxHeight,
    initialLastN: congestion.initialLastN,
    jvbLastN: congestion.jvbLastN,
    conferenceLastNLimits: new Map(
      load.conferenceLastNLimits.map(({ size, lastN }) => [size, lastN]),
    ),
    ssrcLimit: conference.ssrcLimit,
    maxTimeBetweenCalculationsMs: congestion.maxTimeBetweenCalculationsMs,
    recentSpeakersCount: speakers.recentSpeakers,
    silence: { detect: speakers.silenceDetection, timeoutMs: speakers.silenceTimeoutMs },
    loudest: speakers,
    statsFilterThreshold: conference.statsFilterThreshold,
    connectivity: {
      firstTransferTimeoutMs: connectivity.firstTransferTimeoutMs,
      maxInactivityLimitMs: connectivity.maxInactivityMs,
      checkIntervalMs: connectivity.checkIntervalMs,
    },
    expiration: {
      timeoutMs: conference.expireAfterMs,
      checkIntervalMs: conference.expireCheckIntervalMs,
    },
    connectionStatsIntervalMs: conference.connectionStatsIntervalMs ?? Infinity,
    announcedVersion: config.version.announce ? version : undefined,
  };
}
