// What a link carries is known when its worker dies: nobody starts at a guess again.
import { expect, it } from 'vitest';
import { endpointId } from '../../../src/model/ids.ts';
import { atTheEnd } from '../../support/at-the-end.ts';
import { AudioFlow } from '../../support/client/audio-flow.ts';
import { openShapedLink } from '../../support/client/shaped-link.ts';
import { VideoFlow } from '../../support/client/video-flow.ts';
import { until } from '../../support/until.ts';
import { died, kill } from './call-fixture.ts';
import { DecidedCall } from './decided-call.ts';
import { camera, microphone, startPlane } from './media-fixture.ts';

const alice = endpointId('alice');
const bob = endpointId('bob');
const voice = microphone(alice, 1001);
/** 220, 450 and 890 kbit/s. */
const video = camera(alice, 3001);

it.each([
  { link: 'bad', rateBps: 300_000, initialBps: 2_500_000, takenFor: [0, 900_000] },
  { link: 'good', rateBps: 5_000_000, initialBps: 100_000, takenFor: [450_000, Infinity] },
] as const)(
  'a $link link is taken for one after a death',
  async ({ rateBps, initialBps, takenFor: [leastBps, mostBps] }) => {
    const plane = await startPlane({ bitrates: { initialBps } });
    const link = await openShapedLink(plane.ports!.udp);
    atTheEnd(() => link.close());
    const call = new DecidedCall(plane);
    const sender = await call.join(alice, [voice, video]);
    await call.join(bob, [], link.port);
    call.wantVideo(bob, 720);
    link.down.shape({ rateBps, delayMs: 20 });
    const flows = [
      new VideoFlow({ client: sender, encodings: video.encodings, packetsPerFrame: 2 }),
      new AudioFlow({ client: sender, ssrc: 1001 }),
    ];
    atTheEnd(() => flows.forEach((flow) => flow.stop()));
    const { estimate } = call.receiver(bob);
    const reports: number[] = [];
    const report = estimate.report.bind(estimate);
    estimate.report = (bps, nowMs) => {
      reports.push(bps);
      return report(bps, nowMs);
    };
    const isKnown = () => {
      const { latestBps } = estimate;
      const known = latestBps !== undefined && latestBps < mostBps / 2 && latestBps > leastBps * 2;
      return known ? undefined : `${latestBps} bit/s`;
    };
    await until(isKnown, 60_000);
    reports.length = 0;
    kill(plane, 0, 'SIGKILL');
    await died(plane, 1);
    await until(() => (reports.length > 3 ? undefined : `${reports.length} estimates`));
    expect(Math.min(...reports)).toBeGreaterThan(leastBps);
    expect(Math.max(...reports)).toBeLessThan(mostBps);
  },
  90_000,
);
