import { describe, expect, it } from 'vitest';
import type { BridgeSample } from '../../../loadtest/bridge/bridge-watch.ts';
import type { Observation } from '../../../loadtest/run/observation.ts';
import { SentByBridge, unlike } from '../../../loadtest/run/wire.ts';
import { MeasuredCall } from './measured-call.ts';

/** A moment with two clients in a room. */
function observed(call: MeasuredCall, bridge: Partial<BridgeSample>): Observation {
  const observation = call.observe();
  return { ...observation, bridge: { ...observation.bridge, ...bridge } };
}

describe("the bridge's own count of packets", () => {
  const call = new MeasuredCall('audio', () => 1);
  const began = call.observe();
  call.run(10);

  it('can be laid beside ours where it is of the same clients and goes on', () => {
    const before = { ...began, bridge: { ...began.bridge, participants: 2, packetsSent: 10 } };
    expect(unlike(before, observed(call, { participants: 2, packetsSent: 500 }))).toBeUndefined();
    expect(unlike(before, observed(call, {}))).toBeUndefined();
  });

  it.each([
    [{ participants: 3, packetsSent: 500 }, 'others are on this bridge'],
    [{ participants: 1, packetsSent: 500 }, 'on another bridge'],
    [{ participants: 2, packetsSent: 10 }, 'somebody who leaves'],
  ])('is left out with %j', (bridge, reason) => {
    const before = { ...began, bridge: { ...began.bridge, participants: 2, packetsSent: 10 } };
    expect(unlike(before, observed(call, bridge))).toContain(reason);
  });

  it('is known to begin anew, also while the bridge was away', () => {
    const count = new SentByBridge();
    const seen = [500, 900, undefined, 40].map((packetsSent) => ({ packetsSent }));
    expect(seen.map((sample) => count.add(sample))).toEqual([
      ...[undefined, undefined, undefined],
      'it was started anew',
    ]);
  });
});
