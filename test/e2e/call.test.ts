import { describe, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { launchChromium, type Participant } from './support/chromium.ts';
import { demoInChromium } from './support/demo-in-chromium.ts';
import { idOf, seesEverybody, seesSpeaker } from './support/expectations.ts';
import { Meeting, quiet } from './support/meeting.ts';

const loud = 0.6;

const { call, browser } = await demoInChromium();

/** Two of them are loud, one after the other, and everybody sees it. */
async function followTheLoud(people: readonly Participant[]): Promise<void> {
  for (const speaker of people.slice(0, 2)) {
    for (const participant of people) {
      await participant.setVolume(participant === speaker ? loud : quiet);
    }
    for (const participant of people) await seesSpeaker(participant, speaker);
  }
}

describe('a call of three in Chromium', () => {
  it.each([
    ['an SCTP data channel', {}],
    ['a WebSocket', { channel: 'ws' }],
  ])('over UDP, with the bridge channel over %s', async (_channel, settings) => {
    const { people } = await Meeting.of(3, call, browser, settings);
    for (const participant of people) {
      expect((await participant.report()).iceProtocol).toBe('udp');
    }
    await followTheLoud(people);
  });

  it('without SSRC rewriting', async () => {
    await Meeting.of(3, call, browser, { rewriting: 'off' });
  });

  it('where one leaves and comes back', async () => {
    const meeting = await Meeting.of(3, call, browser);
    await meeting.lastLeaves();
    const [ada, grace] = meeting.people;
    await until(async () => {
      const { tiles, sounds } = await ada!.report();
      return tiles.length === 2 && sounds.length === 1 ? undefined : `${tiles.length} tiles`;
    });
    await seesEverybody(ada!, [grace!]);
    await meeting.join();
    await meeting.allSeeAndHear();
  });
});

describe('a call of two in Chromium', () => {
  it.each(['VP9', 'H264', 'AV1'])('with %s', async (codec) => {
    const { people } = await Meeting.of(2, call, browser, { codec });
    const { tiles } = await people[0]!.report();
    expect(tiles.find(({ own }) => !own)).toMatchObject({ codec });
  });

  it('where one mutes picture and microphone, and takes both back', async () => {
    const meeting = await Meeting.of(2, call, browser);
    const [ada, grace] = meeting.people;
    const camera = `${await idOf(grace!)}-v0`;
    await grace!.page.click('button[title="Stop picture"]');
    await grace!.page.click('button[title="Mute microphone"]');
    await until(async () => {
      const { tiles } = await ada!.report();
      const tile = tiles.find(({ source }) => source === camera);
      return tile?.withPicture === false && tile.microphoneMuted ? undefined : 'Grace is not muted';
    });
    await until(async () => {
      const tone = await ada!.tone(`${await idOf(grace!)}-a0`);
      return (tone?.levelDb ?? -999) < -90 ? undefined : `Grace is heard at ${tone?.levelDb} dB`;
    });
    await grace!.page.click('button[title="Start picture"]');
    await grace!.page.click('button[title="Unmute microphone"]');
    await meeting.allSeeAndHear();
  });

  it('where one shares a screen, which goes on the stage', async () => {
    const { people } = await Meeting.of(2, call, browser);
    const [ada, grace] = people;
    const screen = `${await idOf(grace!)}-v1`;
    await grace!.page.click('button[title="Share screen"]');
    await until(async () => {
      const { tiles } = await ada!.report();
      const tile = tiles.find(({ source }) => source === screen);
      return tile && tile.framesDecoded > 5 ? undefined : `the screen: ${JSON.stringify(tile)}`;
    }, 30_000);
    expect(await ada!.page.locator('.tile.on-stage').getAttribute('data-source')).toBe(screen);
    await grace!.page.click('button[title="Stop sharing"]');
    await until(async () => {
      const { tiles } = await ada!.report();
      return tiles.length === 2 ? undefined : 'the screen is still there';
    });
  });
});

describe('a call with UDP closed', () => {
  it('goes over TCP', async () => {
    const closed = await launchChromium(
      '--webrtc-ip-handling-policy=disable_non_proxied_udp',
      '--force-webrtc-ip-handling-policy',
    );
    try {
      const { people } = await Meeting.of(3, call, closed);
      for (const participant of people) {
        expect((await participant.report()).iceProtocol).toBe('tcp');
      }
      await followTheLoud(people);
      for (const participant of people.splice(0)) await participant.leave();
    } finally {
      await closed.close();
    }
  });
});

describe('a bridge that is restarted in the middle of a call', () => {
  it('gets everybody back into it', async () => {
    const meeting = await Meeting.of(3, call, browser);
    await call.restartBridge();
    await meeting.allSeeAndHear();
  });
});
