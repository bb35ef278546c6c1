import type { Clock } from '../base/clock.ts';
import type { Conferences } from '../conference/conferences.ts';
import type { MediaPlane } from '../conference/ports.ts';
import type { BridgeConfig } from '../config/bridge-config.ts';
import type { Lifecycle } from '../operation/lifecycle.ts';
import type { BridgeSnapshot, ChannelFigures } from '../stats/bridge-snapshot.ts';
import type { Drain } from './drain.ts';
import type { Vitals } from './vitals.ts';
import type { XmppLinks } from './xmpp-links.ts';

/** The parts of a running bridge that figures are read from. */
export type ObservedParts = {
  readonly config: BridgeConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly startedWallMs: number;
  readonly media: MediaPlane;
  readonly conferences: Conferences;
  readonly vitals: Vitals;
  readonly lifecycle: Lifecycle;
  readonly drain: Drain;
  readonly links: () => XmppLinks;
  readonly channels: () => ChannelFigures;
};

/** Everything statistics need, now. */
export function takeSnapshot(parts: ObservedParts): BridgeSnapshot {
  const { config, clock, lifecycle, vitals } = parts;
  return {
    wallMs: clock.wallMs(),
    startedWallMs: parts.startedWallMs,
    version: parts.version,
    release: config.version.release,
    region: config.relay.region,
    healthy: vitals.health.healthy,
    drain: parts.drain.on,
    gracefulShutdown: lifecycle.wasGraceful,
    shuttingDown: lifecycle.state.name === 'shutting-down',
    stressLevel: vitals.stress,
    averageParticipantStress: config.load.averageParticipantStress,
    xmpp: parts.links().figures(),
    conferences: parts.conferences.statistics(),
    media: parts.media.figures(),
    workerSockets: vitals.workerSockets(),
    channels: parts.channels(),
    process: vitals.process(),
  };
}
