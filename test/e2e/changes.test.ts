// What changes in the middle of a call: codecs, constraints, who is seen, the way to the bridge.
import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import type { Participant } from './support/chromium.ts';
import { demoInChromium } from './support/demo-in-chromium.ts';
import { idOf, seesEverybody } from './support/expectations.ts';
import { Meeting } from './support/meeting.ts';

const loud = 0.6;

const { call, browser } = await demoInChromium();

async function tileOf(viewer: Participant, source: string) {
  const { tiles } = await viewer.report();
  return tiles.find((tile) => tile.source === source);
}

describe('a call of two in Chromium', () => {
  it('in which one changes the codec on the same SSRCs', async () => {
    const { people } = await Meeting.of(2, call, browser);
    const [ada, grace] = people as [Participant, Participant];
    const camera = `${await idOf(grace)}-v0`;
    await grace.page.click('button[title="Streams"]');
    for (const codec of ['VP9', 'VP8']) {
      await grace.page.selectOption('select[name=codec]', codec);
      await until(async () => {
        const tile = await tileOf(ada, camera);
        return tile?.codec === codec ? undefined : `Ada gets ${tile?.codec} instead of ${codec}`;
      }, 40_000);
      await seesEverybody(ada, [grace]);
    }
  });

  it('in which one shows screen and camera side by side', async () => {
    const { people } = await Meeting.of(2, call, browser);
    const [ada, grace] = people as [Participant, Participant];
    const id = await idOf(grace);
    await grace.page.click('button[title="Share screen"]');
    const both = [`${id}-v0`, `${id}-v1`];
    const decoded = () =>
      Promise.all(both.map(async (source) => (await tileOf(ada, source))?.framesDecoded ?? 0));
    await until(async () => {
      const frames = await decoded();
      return frames.every((count) => count > 0) ? undefined : `decoded ${frames.join(' and ')}`;
    }, 40_000);
    const before = await decoded();
    await until(async () => {
      const now = await decoded();
      // A screen that stands still sends little.
      const on = now[0]! >= before[0]! + 30 && now[1]! > before[1]!;
      return on ? undefined : `decoded ${now.join(' and ')} after ${before.join(' and ')}`;
    }, 40_000);
    expect(await ada.page.locator('.tile.on-stage').getAttribute('data-source')).toBe(both[1]);
  });

  it('in which one finds another way to the bridge', async () => {
    const { people } = await Meeting.of(2, call, browser);
    const [ada, grace] = people as [Participant, Participant];
    const before = (await ada.report()).localPort;
    await ada.page.click('button[title="Streams"]');
    for (const round of [1, 2]) {
      const { localPort } = await ada.report();
      await ada.page.click('button:has-text("Restart ICE")');
      await until(async () => {
        const now = (await ada.report()).localPort;
        return now > 0 && now !== localPort ? undefined : `restart ${round} is not done`;
      }, 40_000);
    }
    expect((await ada.report()).localPort).not.toBe(before);
    await seesEverybody(ada, [grace]);
    await seesEverybody(grace, [ada]);
    // The same session: a new one would have had new tiles, and this page only one connection.
    expect(await ada.page.evaluate(() => window.probe.connections())).toBe(1);
  });

  it('in which one changes what to see every second', async () => {
    const { people } = await Meeting.of(2, call, browser);
    const [ada, grace] = people as [Participant, Participant];
    const camera = `${await idOf(grace)}-v0`;
    const frames = async () => (await tileOf(ada, camera))?.framesDecoded ?? 0;
    const before = await frames();
    // The tile goes on the stage and off it: other constraints each time.
    for (let i = 0; i < 8; i += 1) {
      await ada.page.click(`.tile[data-source="${camera}"]`);
      await ada.page.waitForTimeout(1_000); // the pace is what is tested
    }
    // At 15 frames a second there were 120 to decode, and none has to be lost: what is sent goes on until the other layer is there.
    // The half, as the machine may be busy.
    expect((await frames()) - before).toBeGreaterThan(60);
    await seesEverybody(ada, [grace]);
  });
});

describe('a call of six in Chromium', () => {
  it('with last-n 2 shows each of them the last two who spoke', async () => {
    const settings = { lastN: '2', fps: '10' };
    const { people } = await Meeting.gathering(6, call, browser, settings);
    const ids: string[] = [];
    for (const person of people) ids.push(await idOf(person));
    for (const speaker of [1, 2, 3]) {
      await people[speaker]!.setVolume(loud);
      await until(async () => {
        const tile = await tileOf(people[0]!, `${ids[speaker]}-v0`);
        return tile?.speaking ? undefined : `${people[speaker]!.name} is not seen to speak`;
      }, 40_000);
      await people[speaker]!.setVolume(0);
    }
    const expected = [`${ids[2]}-v0`, `${ids[3]}-v0`];
    const viewer = people[0]!;
    await until(async () => {
      const { tiles } = await viewer.report();
      const forwarded = tiles.filter(({ own, forwarded: sent }) => !own && sent);
      const sources = forwarded.map(({ source }) => source).sort();
      return sources.join() === [...expected].sort().join()
        ? undefined
        : `${sources.join(', ')} are sent instead of ${expected.join(', ')}`;
    }, 40_000);
    await seesEverybody(viewer, [people[2]!, people[3]!], 10);
    // Why the others are not is on the panel.
    await viewer.page.click('button[title="Streams"]');
    const row = viewer.page.locator(`details[open] tr[data-source="${ids[4]}-v0"]`);
    await row.waitFor();
    expect(await row.getAttribute('data-limited-by')).toBe('last-n');
  });
});
