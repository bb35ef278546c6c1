import type { BridgeSample } from '../bridge/bridge-watch.ts';
import type { Conservation } from '../report/report.ts';
import type { Observation } from './observation.ts';

/** Enough to show in a count that grows with every packet. */
const MANY_PACKETS = 200;

/** The bridge's count of packets it sent, beside ours. */
export function wireBetween(first: Observation, last: Observation): Conservation['wire'] {
  const [before, after] = [first.bridge.packetsSent, last.bridge.packetsSent];
  if (before === undefined || after === undefined) return undefined;
  const { counts } = last.snapshot;
  const media = counts.audioDelivered + counts.videoDelivered + counts.duplicates;
  const missed = counts.audioLost + counts.videoLost + counts.audioRepaired + counts.videoRepaired;
  // What a client's own network profile lost had arrived before.
  const lost = Math.max(0, missed - counts.shapedDown);
  return { sentByBridge: after - before, received: { media, datagrams: counts.datagrams, lost } };
}

/** Why the bridge's count is of something else than ours, as of a crowd that has settled; undefined = nothing speaks for that. */
export function unlike(before: Observation, after: Observation): string | undefined {
  const { participants: onBridge } = after.bridge;
  const ours = after.participants;
  if (onBridge !== undefined && onBridge > ours) return 'others are on this bridge, too';
  if (onBridge !== undefined && onBridge < ours) return 'some of the clients are on another bridge';
  const delivered = ({ snapshot: { counts } }: Observation) =>
    counts.audioDelivered + counts.videoDelivered;
  const isCounting = after.bridge.packetsSent !== before.bridge.packetsSent;
  const isMany = delivered(after) - delivered(before) > MANY_PACKETS;
  return isMany && !isCounting ? 'it counts what it sent to somebody who leaves' : undefined;
}

/** Notices that a bridge counts from the beginning again. */
export class SentByBridge {
  #known = 0;

  /** @returns why the count is not of what was sent since the run began; undefined = nothing speaks for that */
  add({ packetsSent = this.#known }: Pick<BridgeSample, 'packetsSent'>): string | undefined {
    const fell = packetsSent < this.#known;
    this.#known = packetsSent;
    return fell ? 'it was started anew' : undefined;
  }
}
