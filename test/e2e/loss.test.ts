// What others see of somebody whose network loses packets (docs/media-plane.md, "A forwarding plan").
import { expect, it } from 'vitest';
import { atTheEnd } from '../support/at-the-end.ts';
import { openShapedLink } from '../support/client/shaped-link.ts';
import { until } from '../support/until.ts';
import type { Participant } from './support/chromium.ts';
import { demoInChromium } from './support/demo-in-chromium.ts';
import { idOf, seesEverybody } from './support/expectations.ts';
import { Meeting } from './support/meeting.ts';

const { call, browser } = await demoInChromium();
const settings = { codec: 'AV1', size: '640x360', fps: '15' };
const lossOfUplink = { share: 0.08, packets: 80 };

it('a camera in layers behind a link that loses packets is whole for who gets only some of them', async () => {
  const link = await openShapedLink(call.mediaPort);
  atTheEnd(() => link.close());
  const meeting = await Meeting.gathering(2, call, browser, settings);
  const [large, small] = meeting.people as [Participant, Participant];
  await large.page.setViewportSize({ width: 1000, height: 1400 });
  await small.page.setViewportSize({ width: 320, height: 240 });
  const ada = await meeting.join(settings, link.port);
  const camera = `${await idOf(ada)}-v0`;
  const seenBy = async (viewer: Participant) => {
    const { tiles } = await viewer.report();
    return tiles.find(({ source }) => source === camera)!;
  };
  await seesEverybody(small, [ada]);
  await seesEverybody(large, [ada]);
  // As long as somebody wants more, she sends what the other is not sent.
  await until(async () => {
    const heights = [(await seenBy(small)).heightPx, (await seenBy(large)).heightPx] as const;
    return heights[0] < heights[1] ? undefined : `${heights.join(' and ')} lines are seen`;
  }, 40_000);
  const before = await seenBy(small);

  link.up.shape({ delayMs: 20, loss: lossOfUplink.share });
  await until(
    () => (link.up.lost >= lossOfUplink.packets ? undefined : `${link.up.lost} packets are lost`),
    60_000,
  );
  link.up.shape({ loss: 0 });
  await seesEverybody(small, [ada]);
  // Hers are repaired on her own link. A tenth of what it lost was missed before patch 62.
  const missed = (await seenBy(small)).packetsLost - before.packetsLost;
  expect(missed).toBeLessThanOrEqual(2);
});
