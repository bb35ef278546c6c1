// What somebody on a changing link sees change: a stage with a camera of 720 pixels and three thumbnails, the link as in
// test/support/simulated-link.ts. Every switch is a moment of blur or a key frame; there may be few.
import { describe, expect, it } from 'vitest';
import { endpointId, sourceName } from '../../../src/model/ids.ts';
import { call } from '../../support/conference-call.ts';
import { cameraLayers, type ConferenceScene } from '../../support/conference-scene.ts';
import { type LinkPhase, reportIntervalMs, SimulatedLink } from '../../support/simulated-link.ts';

const mbps = 1_000_000;

const phases: readonly LinkPhase[] = [
  { seconds: 60, capacityBps: 5 * mbps, loss: 0 },
  { seconds: 60, capacityBps: 1.5 * mbps, loss: 0.02 },
  { seconds: 60, capacityBps: 0.6 * mbps, loss: 0 },
  { seconds: 60, capacityBps: 0.2 * mbps, loss: 0.05 },
  { seconds: 30, capacityBps: 5 * mbps, loss: 0.2 },
  { seconds: 90, capacityBps: 5 * mbps, loss: 0 },
];

type Switch = {
  readonly atMs: number;
  readonly phase: number;
  readonly source: string;
  readonly height: number;
};

/** Heights by source as they leave; 0 = nothing. */
function picture(scene: ConferenceScene): Map<string, number> {
  const heights = new Map(['a', 'b', 'c', 'd'].map((id) => [`${id}-v0`, 0]));
  for (const { source, layer } of scene.media.endpoints.get('r')!.plan.streams) {
    const found = cameraLayers().find(
      ({ index }) => index.encoding === layer?.encoding && index.temporal === layer.temporal,
    );
    if (found) heights.set(source, found.height);
  }
  return heights;
}

async function replay() {
  const { scene, links } = await call('a', 'b', 'c', 'd', 'r');
  const height = (maxHeight: number) => ({ maxHeight, maxFrameRate: -1 });
  scene.say('r', links['r']!, {
    type: 'receiver-settings',
    update: {
      onStageSources: [sourceName('a-v0')],
      defaultConstraints: height(180),
      constraints: new Map([[sourceName('a-v0'), height(720)]]),
    },
  });
  const { receiver } = scene.conference!.endpoints.get(endpointId('r'))!;
  const switches: Switch[] = [];
  const ends: Map<string, number>[] = [];
  let former = picture(scene);
  // The worker probes up to the ideal sum as long as there is something to gain.
  const offered = () => Math.max(receiver.allocation.targetBps, receiver.allocation.idealBps);
  for (const { atMs, phase, estimateBps } of new SimulatedLink(phases).reports(offered)) {
    scene.report({ type: 'estimate', endpointId: endpointId('r'), availableBps: estimateBps });
    for (const id of Object.keys(links))
      scene.report({ type: 'activity', endpointId: endpointId(id) });
    scene.time.advance(reportIntervalMs);
    const now = picture(scene);
    for (const [source, value] of now) {
      if (value !== former.get(source)) switches.push({ atMs, phase, source, height: value });
    }
    former = now;
    ends[phase] = now;
  }
  return { switches, ends };
}

describe('a receiver on a changing link', () => {
  it('sees what its link carries at the end of each phase', async () => {
    const { ends } = await replay();
    expect(ends.map((heights) => [...heights.values()])).toEqual([
      [720, 180, 180, 180],
      [360, 180, 180, 180],
      [360, 0, 0, 0],
      [180, 0, 0, 0],
      [0, 0, 0, 0],
      [720, 180, 180, 180],
    ]);
  });

  it('sees few switches: each change of the link is one, and what the estimate does in between none', async () => {
    const { switches } = await replay();
    const of = (phase: number) => switches.filter((each) => each.phase === phase).length;
    // Down three times, gone with the loss, and back step by step.
    expect(phases.map((_, phase) => of(phase))).toEqual([0, 1, 3, 1, 1, 6]);
    expect(switches.length).toBeLessThanOrEqual(14);
    expect(switches.filter(({ source }) => source === 'a-v0').length).toBeLessThanOrEqual(6);
  });
});
