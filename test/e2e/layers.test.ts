// What the bridge says a camera can be seen at, beside what the browser says it sends.
import { describe, it } from 'vitest';
import { until } from '../support/until.ts';
import type { Participant } from './support/chromium.ts';
import { demoInChromium } from './support/demo-in-chromium.ts';
import { idOf, seesEverybody } from './support/expectations.ts';
import { Meeting } from './support/meeting.ts';
import type { SentEncoding } from './support/probe.ts';

const { call, browser } = await demoInChromium();

/** Heights of the spatial layers of an encoding, lowest first: each half of the one above. */
function spatialHeights({ heightPx, scalabilityMode }: SentEncoding): number[] {
  const count = Number(/^L(\d)/.exec(scalabilityMode)?.[1] ?? 1);
  return Array.from({ length: count }, (_, index) => heightPx / 2 ** (count - 1 - index));
}

/** Temporal layers an encoding is sent in; undefined where the mode does not say. */
function temporalLayers({ scalabilityMode }: SentEncoding): number | undefined {
  const count = /T(\d)/.exec(scalabilityMode)?.[1];
  return count === undefined ? undefined : Number(count);
}

async function bridgeLayers(camera: string) {
  const { conferences } = await call.debug();
  const sources = Object.values(conferences).flatMap(({ endpoints }) =>
    Object.values(endpoints).flatMap(({ sends }) => sends),
  );
  return sources.find(({ source }) => source === camera);
}

/** What is wrong with what the bridge says, or undefined. */
async function differs(sender: Participant, camera: string, codec: string) {
  const sent = await sender.sending();
  const said = await bridgeLayers(camera);
  const heights = [...new Set((said?.layers ?? []).map(({ height }) => height))];
  const temporal = new Set((said?.layers ?? []).map(({ layer }) => layer.split('/')[2]));
  const text = `sent ${JSON.stringify(sent)}, said ${JSON.stringify(said)}`;
  if (sent.length === 0) return `nothing is sent: ${text}`;
  if (said?.codec !== codec) return `another codec: ${text}`;
  const wanted = sent.flatMap(spatialHeights).sort((a, b) => a - b);
  if (heights.sort((a, b) => a - b).join() !== wanted.join()) return `other heights: ${text}`;
  const counts = temporalLayers(sent[0]!);
  return counts === undefined || counts === temporal.size ? undefined : `other rates: ${text}`;
}

describe('the layers of a camera of Chromium', () => {
  it.each(['VP8', 'H264', 'VP9', 'AV1'])('in %s are those it sends', async (codec) => {
    const settings = { codec, size: '640x360', fps: '15' };
    const { people } = await Meeting.gathering(2, call, browser, settings);
    const [ada, grace] = people as [Participant, Participant];
    await idOf(ada);
    const camera = `${await idOf(grace)}-v0`;
    await until(() => differs(grace, camera, codec), 40_000);
  });

  // A client asks for a tile as large as it shows it. In a small window that is 360 lines at most, and then 720 are not sent.
  it.each(['VP8', 'H264', 'VP9', 'AV1'])('in %s go up to 720 for a large tile', async (codec) => {
    const settings = { codec, size: '1280x720', fps: '5' };
    const { people } = await Meeting.gathering(2, call, browser, settings);
    const [ada, grace] = people as [Participant, Participant];
    await ada.page.setViewportSize({ width: 1000, height: 1400 });
    const camera = `${await idOf(grace)}-v0`;
    await until(async () => {
      const sent = await grace.sending();
      const heights = new Set(sent.flatMap(spatialHeights));
      const { tiles } = await ada.report();
      const seen = tiles.find(({ source }) => source === camera)?.heightPx;
      return heights.size === 3 && seen === 720
        ? differs(grace, camera, codec)
        : `${seen} lines are seen of ${[...heights].join()}`;
    }, 90_000);
  });

  it('are gone while nobody wants them, and come back', async () => {
    const settings = { size: '640x360', fps: '15' };
    const meeting = await Meeting.gathering(2, call, browser, settings);
    const [ada, grace] = meeting.people as [Participant, Participant];
    const camera = `${await idOf(grace)}-v0`;
    await until(() => differs(grace, camera, 'VP8'), 40_000);
    await ada.leave();
    meeting.people.shift();
    await until(async () => {
      const sent = await grace.sending();
      const said = (await bridgeLayers(camera))?.layers;
      return sent.length === 0 && said?.every(({ bitrateBps }) => bitrateBps === 0)
        ? undefined
        : `alone, ${JSON.stringify(sent)} is sent, ${JSON.stringify(said)} said`;
    }, 40_000);
    const another = await meeting.join(settings);
    await until(() => differs(grace, camera, 'VP8'), 40_000);
    await seesEverybody(another, [grace]);
  });
});
